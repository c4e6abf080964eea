"""Exercise ``identity_block``, notebook 02."""

from resnet_lesson.exercises import Exercise, Probe

EXERCISE = Exercise(
    id="identity_block",
    kind="block",
    notebook="02-identity-block",
    points=10.0,
    minutes=25,
    reference="resnet_lesson.blocks:identity_block",
    probes=(
        Probe((2, 5, 6, 7), {"f": 3, "filters": [4, 5, 7]}),
        Probe((3, 4, 4, 3), {"f": 2, "filters": [4, 6, 3]}),
        Probe((1, 6, 5, 5), {"f": 5, "filters": [2, 3, 5]}),
    ),
    hints=("TODO",) * 3,
    explanation="TODO",
)
