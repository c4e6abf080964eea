"""How long a check takes, warm, against one call of the reference it judges.

Run ``python tests/benchmarks/check_speed.py``; prints one line of figures.
"""

import statistics
import time

from resnet_lesson import check
from resnet_lesson.exercises import all_exercises

REPEATS = 7


def seconds(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def main():
    references = {name: e.load_reference() for name, e in all_exercises().items()}
    times = {name: [] for name in references}
    for reference in references.values():
        check(reference)
    for _ in range(REPEATS):
        for name, reference in references.items():
            times[name].append(seconds(lambda reference=reference: check(reference)))
    build = statistics.median(seconds(references["ResNet50"]) for _ in range(REPEATS))
    figures = [f"{name} {statistics.median(taken):.2f} s" for name, taken in times.items()]
    ratio = statistics.median(times["ResNet50"]) / build
    print(f"check, warm: {', '.join(figures)}; ResNet50 {ratio:.1f} × building it ({build:.2f} s)")


if __name__ == "__main__":
    main()
