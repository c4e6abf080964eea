"""The experiments of notebooks 01 and 09 measure what they say they measure."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.layers import Activation, Add, Conv2D

from resnet_lesson import experiments
from resnet_lesson.blocks import skip_connection
from resnet_lesson.experiments import THREE_GROUPS, stacks
from resnet_lesson.experiments.loss_surface import filter_normalised


def plain(X, main_path):
    """Layers without a shortcut."""
    return Activation("relu")(main_path(X))


def stripes(count):
    """Noisy images told apart by the stripes' colour and direction, float32, and their labels."""
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 6
    images = rng.uniform(0, 0.5, (count, 16, 16, 3)).astype("float32")
    for image, label in zip(images, labels, strict=True):
        turned = image.swapaxes(0, 1) if label // 3 else image
        turned[::4, :, label % 3] += 0.5
    return images, labels


@pytest.mark.parametrize("depth", [4, 8, 20])
def test_depth_counts_the_layers_with_weights(depth):
    model = experiments.build_stack(depth, plain)
    weighted = [layer for layer in model.layers if hasattr(layer, "kernel")]
    assert len(weighted) == depth
    assert model.output_shape == (None, 6)


def test_plain_and_residual_stacks_differ_in_the_additions_alone():
    stacks = [experiments.build_stack(8, connect) for connect in (plain, skip_connection)]
    additions = [sum(isinstance(layer, Add) for layer in stack.layers) for stack in stacks]
    assert additions == [0, 3]
    for one, other in zip(stacks[0].weights, stacks[1].weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_two_convolutions_of_a_stack_start_alike():
    stack = experiments.build_stack(8, plain)
    convolutions = [layer for layer in stack.layers if isinstance(layer, Conv2D)][1:]
    kernels = [layer.kernel.numpy().tobytes() for layer in convolutions]
    assert len(set(kernels)) == len(kernels) == 6


@pytest.mark.parametrize("depth", [2, 9])
def test_impossible_depth_is_refused(depth):
    with pytest.raises(ValueError, match=f"depth is {depth}; give an even number"):
        experiments.build_stack(depth, plain)


def test_small_signs_are_the_means_of_windows(monkeypatch):
    pixels = np.arange(2 * 64 * 64 * 3).reshape(2, 64, 64, 3).astype("uint8")
    signs = type("Signs", (), {"train_images": pixels, "train_labels": np.array([4, 1])})
    monkeypatch.setattr(stacks, "load_signs", lambda: signs)
    images, labels = experiments.small_signs(2)
    assert images.shape == (2, 16, 16, 3)
    assert images.dtype == np.float32
    np.testing.assert_array_equal(labels, [4, 1])
    np.testing.assert_allclose(images[1, 2, 3], pixels[1, 8:12, 12:16].mean((0, 1)) / 255, 1e-5)


def test_deep_plain_stack_learns_worse_than_shallow_and_a_shortcut_repairs_it(monkeypatch):
    monkeypatch.setenv("RESNET_LESSON_QUICK", "1")
    shallow, deep = experiments.depths()
    images, labels = stripes(128)

    def final_loss(depth, connect):
        stack = experiments.build_stack(depth, connect)
        return experiments.training_losses(stack, images, labels)[-1]

    plain_deep = final_loss(deep, plain)
    assert plain_deep > 1.2 * final_loss(shallow, plain)
    assert plain_deep > 1.2 * final_loss(deep, skip_connection)


def test_training_losses_has_one_number_an_epoch():
    images, labels = stripes(70)
    stack = experiments.build_stack(4, skip_connection)
    losses = experiments.training_losses(stack, images, labels, 9)
    assert len(losses) == 9
    assert losses[-1] < losses[0]


def noise(count=8, size=16):
    images = np.random.default_rng(3).uniform(0, 1, (count, size, size, 3)).astype("float32")
    return images, np.arange(count) % 6


def shaken(model):
    """The model with all its weights moved a little, so that no norm starts at scale 1, shift 0."""
    rng = np.random.default_rng(4)
    for weight in model.trainable_weights:
        weight.assign(weight + rng.normal(0, 0.1, weight.shape))
    return model


def test_groups_change_size_and_channels_and_weigh_the_same_in_both_kinds():
    stacks = [experiments.build_stack(8, join, THREE_GROUPS) for join in (plain, skip_connection)]
    shapes = [stacks[1].get_layer(f"pair{n}_norm2").output.shape[-1] for n in (1, 2, 3)]
    assert shapes == [8, 16, 32]
    features = keras.Model(stacks[1].input, stacks[1].layers[-2].input)
    assert features(noise()[0]).shape == (8, 4, 4, 32)
    for one, other in zip(stacks[0].weights, stacks[1].weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_pairs_that_groups_cannot_share_are_refused():
    with pytest.raises(ValueError, match="depth 10 makes 4 pairs, which 3 groups cannot share"):
        experiments.build_stack(10, plain, THREE_GROUPS)


def test_the_seed_chooses_the_weights_and_no_two_networks_share_a_kernel():
    one, other = (experiments.build_stack(8, plain, seed=seed) for seed in (0, 1))
    kernels = {w.numpy().tobytes() for m in (one, other) for w in m.weights if w.name == "kernel"}
    assert len(kernels) == 2 * 8


def test_settled_norms_make_inference_on_a_batch_equal_to_training():
    model, (images, _) = shaken(experiments.build_stack(8, skip_connection)), noise()
    apart = np.abs(model(images, training=True) - model(images, training=False)).max()
    experiments.settle(model, images)
    np.testing.assert_allclose(model(images, training=True), model(images, training=False), 1e-4)
    assert apart > 1e-3
    assert model.get_layer("pair1_norm1").momentum == 0.99


def test_gradient_norms_are_those_of_finite_differences():
    model, (images, labels) = experiments.build_stack(4, skip_connection), noise()
    kernel = model.get_layer("pair1_conv2").kernel
    rng = np.random.default_rng(5)
    direction = rng.normal(size=kernel.shape).astype("float32")

    def loss_at(step):
        kernel.assign(values + step * direction)
        right = model(images, training=True).numpy()[np.arange(8), labels]
        return -np.mean(np.log(right))

    values = kernel.numpy()
    measured = experiments.gradient_norms(model, images, labels)
    with tf.GradientTape() as tape:
        right = tf.gather(model(images, training=True), labels, axis=1, batch_dims=1)
        loss = -tf.reduce_mean(tf.math.log(right))
    gradient = tape.gradient(loss, kernel.value).numpy()
    slope = (loss_at(1e-3) - loss_at(-1e-3)) / 2e-3
    assert slope == pytest.approx(float((gradient * direction).sum()), rel=0.02, abs=1e-3)
    assert measured.shape == (3,)
    assert measured[-1] == pytest.approx(np.linalg.norm(gradient), rel=1e-4)


def test_activation_scales_are_the_spreads_of_what_the_pairs_give():
    model, (images, _) = experiments.build_stack(6, skip_connection), noise()
    joined = [layer for layer in model.layers if isinstance(layer, Activation)]
    after_pairs = [joined[0], joined[2], joined[4]]
    taps = keras.Model(model.input, [layer.output for layer in after_pairs])
    expected = [np.std(X) for X in taps(images, training=True)]
    np.testing.assert_allclose(experiments.activation_scales(model, images), expected, 1e-5)


def test_deep_plain_gradients_explode_with_norms_and_residual_ones_do_not():
    images, labels = noise(16)
    ratios = {}
    for join in (plain, skip_connection):
        sizes = experiments.gradient_norms(experiments.build_stack(44, join), images, labels)
        ratios[join] = sizes[1] / sizes[-1]
    assert ratios[plain] > 50
    assert 0.1 < ratios[skip_connection] < 20


def test_silent_pairs_leave_exactly_the_function_of_the_shallow_part():
    images, _ = noise()
    shallow, deep = (experiments.build_stack(depth, skip_connection) for depth in (6, 14))
    deep.layers[-1].set_weights(shallow.layers[-1].get_weights())
    assert np.abs(deep(images) - shallow(images)).max() > 1e-4
    experiments.silence(deep, range(3, 7))
    np.testing.assert_array_equal(deep(images), shallow(images))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_taking_a_residual_pair_out_is_silencing_its_main_path(number):
    images, _ = noise()
    model = shaken(experiments.build_stack(8, skip_connection, THREE_GROUPS))
    shorter = experiments.without_pair(model, number, 8, skip_connection, groups=THREE_GROUPS)
    assert np.abs(shorter(images) - model(images)).max() > 1e-4
    experiments.silence(model, [number])
    np.testing.assert_allclose(shorter(images), model(images), 1e-5)
    assert len(shorter.weights) == len(model.weights) - 10


def test_each_pair_is_taken_out_once():
    images, labels = np.zeros((2, 16, 16, 3), "float32"), np.array([0, 1])
    model = experiments.build_stack(8, skip_connection, THREE_GROUPS)
    left = experiments.accuracies_without_pairs(
        model, 8, skip_connection, images, labels, groups=THREE_GROUPS
    )
    singly = [
        experiments.without_pair(model, number, 8, skip_connection, groups=THREE_GROUPS)
        for number in (1, 2, 3)
    ]
    assert left == [experiments.accuracy(network, images, labels) for network in singly]


def test_accuracy_is_the_share_of_right_answers():
    model, (images, _) = experiments.build_stack(4, plain), noise()
    answers = np.argmax(model(images), axis=-1)
    wrong_once = np.where(np.arange(8) == 3, (answers + 1) % 6, answers)
    assert experiments.accuracy(model, images, wrong_once) == 7 / 8


def test_path_lengths_count_the_ways_through_the_blocks():
    ways = np.array(np.meshgrid(*[[0, 1]] * 5)).reshape(5, -1).sum(axis=0)
    assert experiments.path_lengths(5) == np.bincount(ways).tolist()
    assert sum(experiments.path_lengths(54)) == 2**54


def test_filters_of_a_direction_are_as_long_as_the_networks():
    weights = [w.numpy() for w in experiments.build_stack(4, plain).trainable_weights]
    direction = filter_normalised(weights, seed=0)
    for weight, moved in zip(weights, direction, strict=True):
        if weight.ndim == 1:
            assert not moved.any()
            continue
        for filter_, step in zip(weight.T, moved.T, strict=True):
            assert np.linalg.norm(step) == pytest.approx(np.linalg.norm(filter_), rel=1e-4)
    other = filter_normalised(weights, seed=1)
    assert (direction[0] != other[0]).all()


def test_the_loss_surface_holds_the_networks_own_loss_and_its_neighbours():
    model, (images, labels) = shaken(experiments.build_stack(4, skip_connection)), noise()
    values = [weight.numpy() for weight in model.weights]
    places, losses = experiments.loss_surface(model, images, labels, steps=3, reach=0.5, seed=7)
    for weight, before in zip(model.weights, values, strict=True):
        np.testing.assert_array_equal(weight, before)

    def loss():
        return -np.mean(np.log(model(images).numpy()[np.arange(8), labels]))

    np.testing.assert_allclose(places, [-0.5, 0, 0.5])
    assert losses[1, 1] == pytest.approx(loss(), rel=1e-4)
    direction = filter_normalised(model.trainable_weights, 7)
    for weight, step in zip(model.trainable_weights, direction, strict=True):
        weight.assign(weight + 0.5 * step)
    assert losses[2, 1] == pytest.approx(loss(), rel=1e-3)


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        ([(3, 1)] * 19, 39),
        ([(7, 2), (3, 2)], 11),
        ([(1, 1)] * 5, 1),
        ([(5, 1), (3, 2), (3, 1)], 11),
    ],
)
def test_the_theoretical_size_is_the_one_worked_out_by_hand(layers, size):
    assert experiments.theoretical_size(layers) == size


@pytest.mark.parametrize("join", [plain, skip_connection])
def test_gradients_reach_exactly_as_far_as_the_theory_says(join):
    images, _ = noise(4, 32)
    seen = experiments.gradient_map(experiments.build_stack(8, join, ((8, 1),)), images)
    rows, columns = np.nonzero(seen)
    side = experiments.theoretical_size([(3, 1)] * 7)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (side, side) == (15, 15)
    assert (rows.min() + rows.max()) / 2 == 16
    assert seen.sum() == pytest.approx(1)
    assert experiments.share_inside(seen) < side


def test_share_inside_is_the_smallest_square_that_holds_the_share():
    squares = np.zeros((9, 9))
    squares[4, 4], squares[3, 4], squares[4, 6] = 8, 1, 1
    assert [experiments.share_inside(squares, share) for share in (0.8, 0.9, 1)] == [1, 3, 5]
