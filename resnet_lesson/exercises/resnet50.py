"""Exercise ``ResNet50``, notebook 04."""

from resnet_lesson.exercises import Exercise, Probe

EXERCISE = Exercise(
    id="ResNet50",
    kind="network",
    notebook="04-resnet50",
    points=15.0,
    minutes=40,
    reference="resnet_lesson.networks:ResNet50",
    probes=(
        Probe((2, 64, 64, 3), {"input_shape": (64, 64, 3), "classes": 6}),
        Probe((1, 96, 80, 1), {"input_shape": (96, 80, 1), "classes": 4}),
    ),
    hints=("TODO",) * 3,
    explanation="TODO",
)
