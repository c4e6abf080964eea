"""Exercise ``skip_connection``, notebook 01."""

from resnet_lesson.exercises.mistakes import Mistake
from resnet_lesson.exercises.registry import Exercise, Probe


def main_path(X):
    """The group of layers that the attempt is asked to go around: one dense layer."""
    from keras.initializers import GlorotUniform
    from keras.layers import Dense

    return Dense(X.shape[-1], kernel_initializer=GlorotUniform(seed=0))(X)


def fresh_probes(rng):
    """Calls with tensors of other sizes."""
    sizes = [rng.randint(3, 8) for _ in range(4)]
    return (
        Probe((2, *sizes[:3]), {"main_path": main_path}),
        Probe((3, sizes[3]), {"main_path": main_path}),
    )


EXERCISE = Exercise(
    id="skip_connection",
    kind="block",
    notebook="01-skip-connection",
    points=5.0,
    minutes=10,
    reference="resnet_lesson.blocks:skip_connection",
    signature="X, main_path",
    probes=(
        Probe((2, 5, 6, 4), {"main_path": main_path}),
        Probe((3, 7), {"main_path": main_path}),
    ),
    fresh_probes=fresh_probes,
    mistakes=(
        Mistake(
            "extra",
            (
                (
                    'Activation("relu")(Add()([main_path(X), X]))',
                    'Add()([Activation("relu")(main_path(X)), X])',
                ),
            ),
            where="main.1.relu",
        ),
    ),
    hints=(
        (
            "Look at the figure. How many lines leave X, and where does each one lead? You "
            "need X twice: once as the input of `main_path`, and once more at the addition."
        ),
        (
            "Take three steps: what comes out of the main path, the sum of that and X, "
            "the ReLU of the sum. `main_path` is a function: call it with `X`."
        ),
        (
            "Keep the input. After `X = main_path(X)`, the old X is lost before you "
            "can add it. Give one of the two a name of its own."
        ),
        (
            "`Add()` makes a layer, and this layer is called with a *list* of two tensors. "
            '`Activation("relu")` makes a layer too, called with one tensor. The ReLU comes '
            "last, after the addition, and its value is what you return."
        ),
    ),
    explanation=(
        "The input is used twice. `main_path(X)` is what the layers compute; the second X "
        "is the shortcut, which has no weights. `Add` joins them number by number, so "
        "both need the same shape.\n\n"
        "The ReLU comes *after* the addition; notebook 02 asks why. If the main path gives "
        "zeros, what remains is ReLU(X), and that is X itself wherever X is not negative.\n\n"
        "You may add in either order, and write `main_path(X) + X` instead of `Add`."
    ),
)
