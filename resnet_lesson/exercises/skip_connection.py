"""Exercise ``skip_connection``, notebook 01."""

from resnet_lesson.exercises import Exercise, Probe

EXERCISE = Exercise(
    id="skip_connection",
    kind="block",
    notebook="01-skip-connection",
    points=5.0,
    minutes=10,
    reference="resnet_lesson.blocks:skip_connection",
    probes=(Probe((2, 5, 6, 4)), Probe((3, 7))),
    hints=("TODO",) * 3,
    explanation="TODO",
)
