"""Kernels and tests run alike whoever runs them."""

import os

import pytest

from resnet_lesson.authoring.notebook_environment import PERSONAL, isolate

TAKEN_AWAY = (
    *("TF_CPP_MIN_LOG_LEVEL", "TF_CONFIG", "KERAS_HOME", "LC_ALL", "LANG", "NBGRADER_EXECUTION"),
    *("RESNET_LESSON_SIGNS", "RESNET_LESSON_WEIGHTS", "PYTHONWARNINGS", "PYTHONIOENCODING"),
    *("COLUMNS", "NO_COLOR", "MPLBACKEND"),
)
LEFT = (
    *("PATH", "HOME", "PYTHONPATH", "PYTHONUTF8", "TMPDIR", "RESNET_LESSON_CACHE"),
    *("KERAS_BACKEND", "TF_USE_LEGACY_KERAS", "CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH"),
)


@pytest.mark.parametrize("quick", [True, False])
def test_what_a_user_sets_for_other_programs_is_taken_away(tmp_path, quick):
    variables = {**os.environ, **dict.fromkeys(TAKEN_AWAY, "mine")}
    isolate(variables, tmp_path, quick)
    assert "mine" not in variables.values()
    assert ("RESNET_LESSON_QUICK" in variables) == quick
    assert variables["RESNET_LESSON_PROGRESS"] == ":memory:"


@pytest.mark.parametrize("name", LEFT)
def test_what_a_program_needs_to_run_is_left(name):
    assert not PERSONAL.fullmatch(name)
