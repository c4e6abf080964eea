"""How long a check of a right answer takes, warm, against building the network it judges.

Run ``python tests/benchmarks/check_speed.py``; prints one line of figures. Ends with one line and
status 1 if an answer does not pass, as then its check was not measured.
"""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from answers import all_answers

from resnet_lesson import check
from resnet_lesson.exercises import all_exercises

REPEATS = 7


def right_answers():
    """The first right answer to each exercise."""
    answers = {}
    for answer in filter(lambda answer: answer.is_right, all_answers()):
        answers.setdefault(answer.exercise, answer.function)
    return answers


def seconds(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def checked(name, answer):
    """Checks an answer, and ends the program if it does not pass."""
    globals()[name] = answer  # as in a notebook, `check` knows it by the name that it has there
    report = check(answer)
    if not report.passed:
        sys.exit(f"nothing was measured: {name} is not passed: {report.findings[0].message}")


def main():
    answers = right_answers()
    times = {name: [] for name in answers}
    for repeat in range(REPEATS + 1):
        for name, taken in times.items():
            once = seconds(lambda name=name: checked(name, answers[name]))
            if repeat:  # the first one warms up
                taken.append(once)
    network = all_exercises()["ResNet50"].load_reference()
    build = statistics.median(seconds(network) for _ in range(REPEATS))
    figures = [f"{name} {statistics.median(taken):.2f} s" for name, taken in times.items()]
    ratio = statistics.median(times["ResNet50"]) / build
    print(f"check, warm: {', '.join(figures)}; ResNet50 {ratio:.1f} × building it ({build:.2f} s)")


if __name__ == "__main__":
    main()
