"""What loads TensorFlow: importing the package does not, nor what only shows text."""

import subprocess
import sys

import pytest
from support.paths import ROOT

import resnet_lesson

CALLS = {
    "hint": "hint('identity_block')",
    "passed": "",
    "predicted": "predicted('90 %')",
    "progress": "progress()._repr_mimebundle_()",
    "question": "question('zero-path')",
    "reset": "reset('nothing')",
    "solution": "solution('identity_block')",
    "use_variant": "use_variant(0)",
    "check": "",
    "trusted": "",
}
LOADED = "print({'keras', 'tensorflow'} & set(sys.modules) or 'light')"


def lines_of(code, tmp_path):
    """What a Python of its own prints, which must log nothing; a keras.json asks for other axes."""
    (tmp_path / "keras.json").write_text('{"image_data_format": "channels_first"}')
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"KERAS_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.stderr == ""
    return run.stdout.splitlines()


def test_every_public_name_is_tried_here():
    assert sorted(CALLS) == resnet_lesson.__all__


@pytest.mark.parametrize("name", CALLS)
def test_a_name_loads_tensorflow_only_if_it_judges_code(name, tmp_path):
    code = f"import sys, resnet_lesson; {LOADED}; from resnet_lesson import {name}; {CALLS[name]}"
    first, *_, last = lines_of(f"{code}\n{LOADED}", tmp_path)
    assert first == "light" and (last == "light") is (name not in ("check", "passed", "trusted"))


def test_tensorflow_that_a_learner_loads_later_logs_nothing_and_puts_channels_last(tmp_path):
    code = "from resnet_lesson import hint; import tensorflow, keras"
    assert lines_of(f"{code}; print(keras.config.image_data_format())", tmp_path) == [
        "channels_last"
    ]
