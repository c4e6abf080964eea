"""The contract with the installed Keras and TensorFlow: what `keras_internals` relies on holds.

Runs by itself (``pytest tests/test_keras_internals.py``), at the lowest and the newest release that
pyproject.toml allows.
"""

import ast
import inspect
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from resnet_lesson import keras_internals as internals
from resnet_lesson.keras_internals import InternalsChanged
from resnet_lesson.weights import download

PACKAGE = Path(internals.__file__).parent


class Block(layers.Layer):
    """A layer made of layers, with a variable of its own."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)
        self.norms = [layers.BatchNormalization()]
        self.scale = self.add_weight(shape=(3,), initializer="ones", trainable=False)

    def call(self, x):
        return self.norms[0](self.dense(x)) * self.scale


def test_a_tensor_knows_the_calls_that_read_it_or_a_copy_of_it():
    x = keras.Input((3,))
    y = layers.Dense(2)(x)
    copy = keras.KerasTensor(y.shape)
    internals.continue_history(copy, y)
    dense, relu = layers.Dense(1), layers.ReLU()
    outputs = {dense: dense(y), relu: relu(copy)}
    assert [call.operation for call in internals.readers(y)] == [dense, relu]
    assert [call.outputs for call in internals.readers(y)] == [[o] for o in outputs.values()]
    assert internals.readers(outputs[dense]) == internals.readers(keras.KerasTensor((1,))) == []


def test_layers_are_listed_at_every_depth():
    inner = layers.Dense(2)
    model = keras.Sequential([keras.Input((3,)), Block(), keras.Sequential([inner])])
    found = internals.layers_within(model)
    assert found[0] is model and inner in found
    assert {"Block", "Dense", "BatchNormalization"} <= {type(layer).__name__ for layer in found}


def test_a_layers_own_variables_are_not_those_of_its_inner_layers():
    block = Block()
    block(np.ones((1, 3), "float32"))
    assert [variable is block.scale for variable in internals.own_variables(block)] == [True]
    assert [v.name for v in internals.own_variables(block.norms[0])] == [
        "gamma",
        "beta",
        "moving_mean",
        "moving_variance",
    ]


def test_a_built_layer_takes_new_layers_once_it_is_unlocked():
    block = Block()
    block(np.ones((1, 3), "float32"))
    with pytest.raises(ValueError, match="cannot add new elements of state"):
        block.late = layers.Dense(2)
    internals.unlock_state(block)
    block.late = layers.Dense(2)


def test_a_layer_that_has_no_build_of_its_own_is_known():
    assert internals.has_default_build(Block())
    assert not internals.has_default_build(layers.Dense(2))


def test_an_initializer_says_whether_its_seed_was_given():
    assert internals.seed_as_given(keras.initializers.GlorotUniform(seed=7)) == 7
    assert internals.seed_as_given(keras.initializers.GlorotUniform()) is None
    assert internals.seed_as_given(keras.initializers.Zeros()) is None


def test_a_symbolic_tensor_leads_back_to_the_call_that_computes_it():
    x = keras.Input((3,))
    dense = layers.Dense(2)
    first, second = dense(x, training=True), dense(x)
    assert [internals.origin(tensor)[:2] for tensor in (first, second)] == [(dense, 0), (dense, 1)]
    assert internals.origin(keras.ops.split(x, 3, axis=1)[2])[2] == 2
    call = internals.calls(dense)[0]
    assert call.operation is dense and call.input_tensors[0] is x
    arguments = internals.arguments_of(first)
    assert arguments.args[0] is x and arguments.kwargs["training"] is True
    assert arguments.keras_tensors == [x]
    args, kwargs = arguments.fill_in({id(x): "value"})
    assert args[0] == "value" and kwargs["training"] is True


def test_a_tensor_that_nothing_computes_is_known():
    assert internals.is_computed(keras.Input((3,)))
    free = keras.KerasTensor((None, 3))
    assert not internals.is_computed(free)
    keras.ops.relu(free)  # Keras then notes that no operation computes what it was given
    assert not internals.is_computed(free)


def test_calls_on_symbolic_tensors_can_be_wrapped_for_a_while():
    seen = []

    def wrap(original):
        def wrapped(self, *args, **kwargs):
            seen.append(original.__name__)
            return original(self, *args, **kwargs)

        return wrapped

    with internals.symbolic_calls(wrap):
        layers.Dense(2)(keras.Input((3,)))
        layers.ReLU().compute_output_spec(keras.KerasTensor((None, 3)))
    assert set(seen) == {"symbolic_call", "compute_output_spec"}
    seen.clear()
    layers.Dense(2)(keras.Input((3,)))
    assert not seen


def test_a_dispatcher_answers_what_tensorflow_refuses():
    class Unknown:
        pass

    def handle(function, args, kwargs):
        values = (*args, *kwargs.values())
        return "answered" if isinstance(values[0], Unknown) else NotImplemented

    internals.add_dispatcher(handle)
    assert tf.nn.relu(Unknown()) == "answered"
    with pytest.raises((TypeError, ValueError)):
        tf.nn.relu(object())


def test_symbolic_tensors_do_for_a_while_what_those_of_tensorflow_do():
    @tf.function
    def doubled(x):
        x.set_shape([None, 3])
        layer.add_loss(keras.ops.sum(x))
        return layers.Rescaling(2.0)(x), x.get_shape().as_list()

    layer, source, used = layers.Identity(), keras.Input((3,)), []
    with internals.methods_of_tensorflow(used.append):
        result, shape = doubled(source)
        with pytest.raises(ValueError, match="compatible"):
            source.set_shape([None, 4])
    assert keras.utils.is_keras_tensor(result) and shape == [None, 3]
    assert used == ["set_shape", "get_shape", "set_shape"] and not layer.losses
    assert not hasattr(source, "get_shape") and float(tf.function(lambda x: 2 * x)(2.0)) == 4


class Counting(keras.initializers.Ones):
    """Knows how many values it has given."""

    count = 0

    def __call__(self, shape, dtype=None):
        self.count += 1
        return super().__call__(shape, dtype)


def light_dense(initializer, is_light=True):
    layer = layers.Dense(2, kernel_initializer=initializer)
    with internals.light_variables(lambda *_: is_light):
        layer.build((None, 3))
    return layer


def is_light(variable):
    return not isinstance(variable.value, tf.Variable)


def test_a_light_variable_has_no_first_values_unless_they_are_used():
    used, replaced, usual = Counting(), Counting(), Counting()
    layer = light_dense(replaced)
    layer.kernel.assign(np.full((3, 2), 5.0))
    layer.kernel.assign_add(np.ones((3, 2)))
    assert (layer.get_weights()[0] == 6).all() and replaced.count == 0 and is_light(layer.kernel)
    layer = light_dense(used)
    np.testing.assert_array_equal(layer(np.ones((1, 3), "float32")), [[3, 3]])
    np.testing.assert_array_equal(layer.kernel, np.ones((3, 2)))
    assert used.count == 1 and is_light(layer.kernel)
    layer = light_dense(usual, is_light=False)
    assert usual.count == 1 and not is_light(layer.kernel)
    layer = layers.Dense(2)
    layer.build((None, 3))
    assert not is_light(layer.kernel)


def gradient(layer):
    with tf.GradientTape() as tape:
        loss = keras.ops.sum(layer(np.ones((1, 3), "float32")))
    return np.array_equal(tape.gradient(loss, layer.kernel.value), np.ones((3, 2)))


def graph(layer):
    function = tf.function(layer)
    before = function(np.ones((1, 3), "float32"))
    layer.kernel.assign(2 * layer.kernel)
    return np.array_equal(2 * before, function(np.ones((1, 3), "float32")))


def change_in_a_graph(layer):
    tf.function(lambda: layer.kernel.assign_add(np.ones((3, 2))))()
    return (layer.get_weights()[0] == 2).all()


def training(layer):
    model = keras.Sequential([keras.Input((3,)), layer])
    model.compile("sgd", "mse")
    before = layer.get_weights()[0]
    model.fit(np.ones((4, 3)), np.zeros((4, 2)), verbose=0)
    return not np.allclose(before, layer.get_weights()[0])


def checkpoint(layer, folder):
    path = tf.train.Checkpoint(kernel=layer.kernel).write(folder / "checkpoint")
    layer.kernel.assign(np.zeros((3, 2)))
    tf.train.Checkpoint(kernel=layer.kernel).read(path)
    return (layer.get_weights()[0] == 1).all()


@pytest.mark.parametrize(
    "use",
    [gradient, graph, change_in_a_graph, training, checkpoint, lambda layer: layer.kernel.handle],
)
def test_a_light_variable_becomes_one_of_tensorflow_where_that_is_needed(use, tmp_path):
    layer = light_dense(Counting())
    assert use(*[layer, tmp_path][: 1 + (use is checkpoint)]) is not False
    assert not is_light(layer.kernel) and layer.kernel_initializer.count == 1


def test_adams_moments_are_found_by_their_variable():
    first, second = keras.Variable(np.ones(2)), keras.Variable(np.ones(3))
    optimizer = keras.optimizers.Adam()
    optimizer.build([first, second])
    optimizer.apply([tf.ones(2), 2 * tf.ones(3)], [first, second])
    means, squares = internals.adam_moments(optimizer, second)
    np.testing.assert_allclose(means, [0.2] * 3, rtol=1e-5)
    np.testing.assert_allclose(squares, [0.004] * 3, rtol=1e-5)
    assert means.value.handle.dtype == tf.resource


def test_a_layer_takes_a_method_of_its_own():
    """What the fast steps rely on besides."""
    layer = layers.ReLU()
    object.__setattr__(layer, "call", lambda x: x + 1)
    assert float(layer(keras.ops.ones(()))) == 2


def test_the_modules_that_are_watched_for_patches_are_there():
    assert set(internals.TENSORFLOW_MODULES) <= set(sys.modules)
    assert tf.nn.__name__.startswith(internals.TENSORFLOW_API) or any(
        name.startswith(internals.TENSORFLOW_API + "nn") for name in sys.modules
    )


def test_the_published_sums_are_those_of_the_installed_keras():
    from keras.src.applications import imagenet_utils, resnet

    assert resnet.WEIGHTS_HASHES["resnet50"][0] == download.RESNET50.md5
    assert download.RESNET50.url.startswith(resnet.BASE_WEIGHTS_PATH)
    assert download.RESNET50.name[8:] in inspect.getsource(resnet)
    assert download.CLASS_INDEX.url == imagenet_utils.CLASS_INDEX_PATH
    assert download.CLASS_INDEX.md5 in inspect.getsource(imagenet_utils)


@pytest.mark.parametrize(
    "call",
    [
        internals.layers_within,
        internals.own_variables,
        internals.unlock_state,
        internals.origin,
        internals.calls,
        lambda thing: internals.adam_moments(thing, None),
    ],
)
def test_what_is_gone_is_told_in_one_line(call):
    with pytest.raises(InternalsChanged, match=r"^this release of Keras .* has no _\w+; .*"):
        call(object())


def private_names():
    """Names with an underscore that objects of Keras and TensorFlow have."""
    x = keras.Input((3,))
    model = keras.Model(x, layers.Dense(2)(x))
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
    call = internals.calls(model.layers[1])[0]
    initializer = model.layers[1].kernel_initializer
    owners = (model, *model.layers, optimizer, x, call, call.arguments, initializer, keras, tf)
    names = {name for owner in (*owners, *model.weights) for name in dir(owner)}
    private = {name for name in names if name.startswith("_") and not name.endswith("__")}
    return private | {"__internal__"}


def uses_of(tree, private):
    """Line numbers where a module names something private of Keras or TensorFlow."""
    hidden = ("keras.src", "tensorflow.python", "tensorflow._api")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            names = [] if own else [node.attr]
            modules = [ast.unparse(node)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = modules = [node.value]
        elif isinstance(node, ast.Import):
            names = modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = modules = [node.module or ""]
        else:
            continue
        if private & set(names) or any(module.startswith(hidden) for module in modules):
            yield node.lineno


def test_nothing_else_in_the_package_names_what_is_private():
    private = private_names()
    assert {"_flatten_layers", "_inbound_nodes", "_keras_history", "_momentums"} <= private
    uses = [
        f"{path.relative_to(PACKAGE)}:{line}"
        for path in PACKAGE.rglob("*.py")
        if path.name != "keras_internals.py"
        for line in uses_of(ast.parse(path.read_text("utf-8")), private)
    ]
    assert not uses
    assert list(uses_of(ast.parse("import keras.src.layers\nmodel._layers"), private)) == [1, 2]
