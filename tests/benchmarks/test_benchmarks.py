"""Each benchmark ends with one line and a status other than 0 where it has measured nothing."""

import json
import types

import numpy as np
import pytest
from benchmarks import (
    check_speed,
    drawn_hands,
    grade_class,
    grade_speed,
    pretraining,
    train_accuracy,
    train_speed,
)

from resnet_lesson.exercises import all_exercises

NOT_MEASURED = [float("nan"), 0.9, 0.9]


def reason(call, *arguments):
    """The line with which a benchmark ends; as it is a text, the exit status is 1."""
    with pytest.raises(SystemExit) as raised:
        call(*arguments)
    assert isinstance(raised.value.code, str) and raised.value.code.count("\n") == 0
    return raised.value.code


def test_check_speed_wants_a_right_answer_to_each_exercise(monkeypatch):
    answers = check_speed.right_answers()
    # A network that is trained at home is checked with its weights: that takes no time to feel.
    exercises = {name: e for name, e in all_exercises().items() if e.goals is None}
    assert answers.keys() == exercises.keys()
    references = {name: exercise.load_reference() for name, exercise in exercises.items()}
    monkeypatch.setattr(check_speed, "right_answers", lambda: references)
    assert "skip_connection is not passed" in reason(check_speed.main)
    check_speed.checked("skip_connection", answers["skip_connection"])


def test_drawn_hands_wants_real_signs_and_figures(monkeypatch, tmp_path):
    arguments = ["--data", str(tmp_path), "--seeds", "0"]
    assert "for want of real signs" in reason(drawn_hands.main, arguments)
    monkeypatch.setattr(drawn_hands, "measured", lambda *_: NOT_MEASURED)
    for labels in ([], [1]):
        monkeypatch.setattr(drawn_hands, "real_signs", lambda _, labels=labels: (labels, labels))
        assert "a figure is no number" in reason(drawn_hands.main, arguments)


def test_pretraining_uses_the_notebooks_code_and_wants_numbers(capsys):
    names = pretraining.notebook_names()
    assert "14 layers" in capsys.readouterr().out
    assert pretraining.row(names, names["pretrained"], names["target"], count=1)[3].shape[0] == 1
    assert pretraining.in_words(np.array([[0.1, 0.5], [0, 0.7]])) == "60 (50–70)"
    assert "a share is no number" in reason(pretraining.in_words, np.array([[float("nan")]]))


def test_grade_class_wants_the_verdict_that_each_answer_should_have(tmp_path, monkeypatch):
    right = grade_class.write_class(tmp_path, 20)
    assert {(task, verdict) for task, verdict in right.values()} >= {
        (task, verdict) for task in grade_class.EXERCISES for verdict in (True, False)
    }
    written = tmp_path / "r.json"
    assert "20 of 20 answers" in reason(grade_class.see_that_all_are_right, written, right)
    results = [
        {"submission": name, "exercises": [{"id": task, "status": "passed" if good else "failed"}]}
        for name, (task, good) in right.items()
    ]
    written.write_text(json.dumps({"results": results}))
    grade_class.see_that_all_are_right(written, right)
    results[3]["exercises"][0]["status"] = "error" if right["learner00003.py"][1] else "passed"
    written.write_text(json.dumps({"results": results}))
    assert "1 of 20 answers" in reason(grade_class.see_that_all_are_right, written, right)
    monkeypatch.setattr(grade_class, "EXERCISES", ["no_such_exercise"])
    assert "no_such_exercise" in reason(grade_class.graded, tmp_path, written, [])


@pytest.mark.parametrize(("theirs", "points"), [(0, 10.0), (1, 0.0), (1, None)])
def test_grade_speed_wants_all_graded_and_one_right(tmp_path, theirs, points):
    notebooks = ["a.ipynb"]
    folder = tmp_path / "autograded" / "student" / "resnets"
    folder.mkdir(parents=True)
    (folder / "a.ipynb").touch()
    right = {"results": [{"points": 10.0, "max_points": 10.0}]}
    (tmp_path / "results.json").write_text(json.dumps(right))
    grade_speed.see_that_all_were_graded(tmp_path, notebooks)
    if not theirs:
        (folder / "a.ipynb").unlink()
    if points is None:
        (tmp_path / "results.json").unlink()
    else:
        right["results"][0]["points"] = points
        (tmp_path / "results.json").write_text(json.dumps(right))
    assert f"nbgrader has graded {theirs}" in reason(
        grade_speed.see_that_all_were_graded, tmp_path, notebooks
    )


def test_train_accuracy_wants_data_rows_and_accuracies(monkeypatch, tmp_path):
    assert "no train_signs.h5" in reason(train_accuracy.main, ["--data", str(tmp_path)])
    assert "no row has one of the words warp" in reason(train_accuracy.parts, None, [0], ["warp"])
    for patch, _ in train_accuracy.variants().values():
        with patch:
            pass  # what a row replaces is there
    for accuracies in ([], NOT_MEASURED[:1]):
        history = types.SimpleNamespace(test_accuracy=accuracies)
        monkeypatch.setattr(train_accuracy, "ours", lambda *_, h=history, **__: (1.0, h))
        monkeypatch.setattr(train_accuracy, "classic", lambda *_: (1.0, 0.9))
        assert "nothing was measured" in reason(train_accuracy.compare, None, [0])


@pytest.mark.parametrize("line", ["", "0.0", "NaN", "-1.0", "Traceback", '{"whole step": 0.0}'])
def test_train_speed_wants_a_figure_of_each_process(monkeypatch, line):
    done = types.SimpleNamespace(returncode=0, stdout=line, stderr="")
    monkeypatch.setattr(train_speed.subprocess, "run", lambda *_, **__: done)
    assert "nothing was measured" in reason(train_speed.main, ["--rounds", "1"])
    done.stdout, done.returncode, done.stderr = "1.0", 1, "MemoryError"
    assert "MemoryError" in reason(train_speed.main, ["--rounds", "1"])


def test_train_speed_wants_a_round(capsys):
    with pytest.raises(SystemExit):
        train_speed.main(["--rounds", "0"])
    assert "nothing is measured" in capsys.readouterr().err
