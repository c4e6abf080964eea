"""The subclassed blocks and network: they are what the functional ones are, and can be saved."""

import inspect
import subprocess
import textwrap

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.initializers import GlorotUniform, RandomNormal, RandomUniform

from resnet_lesson import blocks
from resnet_lesson.keras_internals import layers_within
from resnet_lesson.layers import ConvolutionalBlock, IdentityBlock, ResNet50Model
from resnet_lesson.networks import ResNet50
from resnet_lesson.weights import transfer
from resnet_lesson.weights.transfer import layers_by_place

IDENTITY = IdentityBlock, blocks.identity_block
CONVOLUTIONAL = ConvolutionalBlock, blocks.convolutional_block
CASES = {
    "identity": (*IDENTITY, {"f": 3, "filters": [4, 5, 7]}),
    "identity, even window": (*IDENTITY, {"f": 2, "filters": [3, 2, 7]}),
    "strided": (*CONVOLUTIONAL, {"f": 3, "filters": [4, 5, 9]}),
    "stride 1": (*CONVOLUTIONAL, {"f": 2, "filters": [4, 5, 9], "s": 1}),
    "stride 3": (*CONVOLUTIONAL, {"f": 3, "filters": [4, 5, 9], "s": 3}),
}
for_each_block = pytest.mark.parametrize(
    "layer_class, function, arguments", CASES.values(), ids=CASES
)
X = np.random.default_rng(0).normal(size=(3, 6, 5, 7)).astype("float32")
IMAGES = np.random.default_rng(1).normal(size=(2, 64, 64, 3)).astype("float32")


def functional(function, **arguments):
    """A block of the functional style as a model whose norms follow the call."""
    inputs = keras.Input(X.shape[1:])
    return keras.Model(inputs, function(inputs, training=None, **arguments))


def scatter(model, seed=0):
    """Gives every weight values of its own, so that no two layers can be mixed up unnoticed."""
    rng = np.random.default_rng(seed)
    near = [w + rng.uniform(0.01, 0.1, w.shape) for w in model.get_weights()]
    model.set_weights(near)
    return model


def assert_same_weights(model, other):
    """All layers of two models are in the same places and have the same weights."""
    ours, theirs = layers_by_place(model), layers_by_place(other)
    assert [place for place, _ in ours] == [place for place, _ in theirs]
    for (place, layer), (_, expected) in zip(ours, theirs, strict=True):
        for weights in zip(layer.get_weights(), expected.get_weights(), strict=True):
            np.testing.assert_array_equal(*weights, err_msg=place)


@pytest.fixture(scope="module")
def pair():
    """ResNet-50 in both styles with the same weights."""
    source = scatter(ResNet50())
    target = ResNet50Model()
    transfer(source, target)
    return source, target


@for_each_block
def test_a_block_takes_the_functional_blocks_weights_and_gives_its_outputs(
    layer_class, function, arguments
):
    source = scatter(functional(function, **arguments))
    block = layer_class(**arguments)
    transfer(source, block)
    assert_same_weights(block, source)
    for training in (False, True):
        expected = source(X, training=training)
        np.testing.assert_allclose(block(X, training=training), expected, atol=1e-5)


@for_each_block
def test_a_block_starts_with_the_functional_blocks_weights(layer_class, function, arguments):
    block = layer_class(**arguments, initializer=RandomUniform)
    block(X)
    source = functional(function, **arguments, initializer=RandomUniform)
    assert_same_weights(block, source)


def test_the_network_is_the_functional_one_weight_by_weight(pair):
    source, target = pair
    assert_same_weights(target, source)
    assert len(layers_by_place(target)) == 107  # 53 convolutions, 53 norms, one dense layer


@pytest.mark.parametrize("training", [False, True])
def test_the_network_is_the_functional_one_output_by_output(pair, training):
    source, target = pair
    expected = source(IMAGES, training=training)
    np.testing.assert_allclose(target(IMAGES, training=training), expected, atol=1e-5)


def test_there_are_no_weights_before_an_input_is_known():
    block = ConvolutionalBlock([2, 3, 4], 3)
    assert not block.built and block.weights == []
    block.build((None, 6, 6, 5))
    assert block.built and len(block.weights) == 4 * (2 + 4)
    assert block.conv1.kernel.shape == (1, 1, 5, 2)


@pytest.mark.parametrize("layer_class", [IdentityBlock, ConvolutionalBlock, ResNet50Model])
def test_no_layer_is_made_in_call(layer_class):
    body = inspect.getsource(layer_class.call)
    assert not any(name in body for name in ("Conv2D", "Batch", "Add(", "Activation", "Dense"))
    block = IdentityBlock([2, 3, 7], 3)
    before = len(layers_within(block))
    block(X)
    assert len(layers_within(block)) == before


def test_the_gradient_reaches_every_trainable_weight():
    block = scatter_built(ConvolutionalBlock([4, 5, 6], 3))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(block(X, training=False) ** 2)
    weights = [w.value for w in block.trainable_weights]
    gradients = tape.gradient(loss, weights)
    assert len(weights) == 16
    assert all(g is not None and float(tf.reduce_max(tf.abs(g))) > 0 for g in gradients)


def scatter_built(block):
    block(X)
    return scatter(block)


def test_the_models_mode_reaches_every_norm_though_no_one_passes_it_on():
    inputs = keras.Input(X.shape[1:])
    block = IdentityBlock([2, 3, 7], 3)
    model = keras.Sequential([inputs, block, keras.layers.GlobalAveragePooling2D()])
    model.compile("sgd", "mse")
    model.fit(X, np.zeros((3, 7)), verbose=0)
    moved = [norm.moving_mean.numpy().any() for norm in (block.bn1, block.bn2, block.bn3)]
    assert moved == [True] * 3
    before = block.bn1.moving_mean.numpy()
    model.predict(X, verbose=0)
    np.testing.assert_array_equal(block.bn1.moving_mean.numpy(), before)


@pytest.mark.parametrize(
    "initializer",
    [GlorotUniform, lambda seed: RandomNormal(stddev=0.3, seed=seed), lambda seed: "he_normal"],
    ids=["class", "function", "name"],
)
def test_the_configuration_makes_the_same_block_again(initializer):
    block = ConvolutionalBlock([2, 3, 4], 3, s=3, initializer=initializer, name="mine")
    again = ConvolutionalBlock.from_config(block.get_config())
    assert again.get_config() == block.get_config()
    assert (again.name, again.conv1.strides, again.conv3.filters) == ("mine", (3, 3), 4)


def run_elsewhere(python, program, folder):
    """Runs a program in a Python process of its own, which has none of our objects."""
    strict = "import warnings; warnings.simplefilter('error', UserWarning)"
    command = [*python, "-c", f"{strict}\n{textwrap.dedent(program)}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_file_carries_blocks_to_a_fresh_process(python, tmp_path):
    inputs = keras.Input(X.shape[1:])
    middle = IdentityBlock([2, 3, 7], 2, lambda seed: RandomNormal(stddev=0.3, seed=seed))(inputs)
    model = scatter(keras.Model(inputs, ConvolutionalBlock([2, 3, 4], 3, s=3)(middle)))
    model.save(tmp_path / "blocks.keras")
    np.savez(tmp_path / "seen.npz", inputs=X, answers=model(X))
    program = """
        import keras, numpy as np
        import resnet_lesson.layers
        seen, model = np.load("seen.npz"), keras.models.load_model("blocks.keras")
        np.testing.assert_allclose(model(seen["inputs"]), seen["answers"], atol=1e-6)
    """
    run_elsewhere(python, program, tmp_path)


def test_a_weights_file_fits_a_model_that_was_only_built(tmp_path):
    class Two(keras.Model):
        def __init__(self):
            super().__init__()
            self.blocks = [IdentityBlock([2, 3, 7], 3), ConvolutionalBlock([2, 3, 4], 3)]

        def call(self, X):
            for block in self.blocks:
                X = block(X)
            return X

        def build(self, shape):
            self.blocks[0].build(shape)
            self.blocks[1].build(shape)

    source, target = Two(), Two()
    answers = (source(X), scatter(source)(X))[1]
    source.save_weights(tmp_path / "two.weights.h5")
    target.build((None, *X.shape[1:]))
    target.load_weights(tmp_path / "two.weights.h5")
    np.testing.assert_allclose(target(X), answers, atol=1e-6)


@pytest.mark.slow
def test_both_formats_carry_the_network_to_a_fresh_process(pair, python, tmp_path):
    _, model = pair
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    np.savez(tmp_path / "seen.npz", images=IMAGES, answers=model(IMAGES))
    program = """
        import keras, numpy as np
        from resnet_lesson.layers import ResNet50Model
        seen = np.load("seen.npz")
        whole = keras.models.load_model("model.keras")
        named = ResNet50Model()
        named.build((None, 64, 64, 3))
        named.load_weights("model.weights.h5")
        for model in (whole, named):
            assert type(model) is ResNet50Model
            np.testing.assert_allclose(model(seen["images"]), seen["answers"], atol=1e-6)
    """
    run_elsewhere(python, program, tmp_path)
