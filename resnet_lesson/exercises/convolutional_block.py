"""Exercise ``convolutional_block``, notebook 03."""

from resnet_lesson.exercises import Exercise, Probe

EXERCISE = Exercise(
    id="convolutional_block",
    kind="block",
    notebook="03-convolutional-block",
    points=10.0,
    minutes=25,
    reference="resnet_lesson.blocks:convolutional_block",
    probes=(
        Probe((2, 7, 8, 3), {"f": 3, "filters": [4, 5, 7], "s": 2}),
        Probe((3, 5, 5, 6), {"f": 2, "filters": [2, 4, 9], "s": 1}),
        Probe((1, 9, 8, 5), {"f": 5, "filters": [3, 2, 6], "s": 3}),
        Probe((2, 6, 6, 3), {"f": 3, "filters": [4, 5, 7]}),
    ),
    hints=("TODO",) * 3,
    explanation="TODO",
)
