"""What a class got right and wrong, for its instructor: collected result by result."""

import heapq
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field

# What is kept of a class does not grow with it: so many of each are named, the rest are counted.
MOST_NAMES = 300
MOST_KINDS = 400
MOST_VALUES = 40
LONGEST = 600  # characters of a message
SECONDS = (0.5, 1, 2, 5, 10, 30, 60)  # between the bars of the times


@dataclass
class Mistake:
    """One kind of mistake, and who made it.

    Attributes:
        where, what: of the finding.
        message: of the first one met.
        count: number of submissions.
        learners: the first of them, each with the message if the answer could not be judged.
        expected, got: how often which value was expected and found.
    """

    where: str
    what: str
    message: str
    count: int = 0
    learners: list[tuple[str, str]] = field(default_factory=list)
    expected: Counter[str] = field(default_factory=Counter)
    got: Counter[str] = field(default_factory=Counter)

    def add(self, name: str, finding: dict) -> None:
        """Counts one finding more."""
        self.count += 1
        if len(self.learners) < MOST_NAMES:
            message = finding["message"][:LONGEST] if self.where == "submission" else ""
            self.learners.append((name, message))
        for counter, value in ((self.expected, finding["expected"]), (self.got, finding["got"])):
            value = str(value)[:LONGEST]
            if value in counter or len(counter) < MOST_VALUES:
                counter[value] += 1


@dataclass
class Tally:
    """What became of one exercise.

    Attributes:
        statuses: status → number of submissions.
        mistakes: ``(where, what)`` → `Mistake`, root causes alone.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    mistakes: dict[tuple[str, str], Mistake] = field(default_factory=dict)

    def add(self, name: str, exercise: dict) -> None:
        """Counts one answer more."""
        self.statuses[exercise["status"]] += 1
        if not exercise["findings"]:
            return
        root = exercise["findings"][0]
        key = (root["where"], root["what"])
        if key not in self.mistakes and len(self.mistakes) >= MOST_KINDS:
            key = ("submission", "unrecognised")
        if key not in self.mistakes:
            self.mistakes[key] = Mistake(*key, root["message"][:LONGEST])
        self.mistakes[key].add(name, root)

    def answers(self) -> int:
        """How many attempted the exercise."""
        return self.statuses.total() - self.statuses["not_attempted"]

    def in_code(self) -> list[Mistake]:
        """Mistakes that have a place in the block, most frequent first."""
        return self._ranked(lambda mistake: mistake.where != "submission")

    def not_graded(self) -> list[Mistake]:
        """Why answers could not be judged place by place, most frequent first."""
        return self._ranked(lambda mistake: mistake.where == "submission")

    def _ranked(self, chosen):
        return sorted(filter(chosen, self.mistakes.values()), key=lambda mistake: -mistake.count)


class ClassStatistics:
    """Collects the results of a class in memory that does not grow with it.

    Attributes:
        submissions: how many were added.
        points: points, rounded to halves, → number of submissions.
        max_points: most points to be had.
        times: number of submissions between the bounds of `SECONDS`.
        seconds: seconds of grading, all in all.
        slowest: up to five ``(seconds, name)``.
        exercises: exercise id → `Tally`.
    """

    def __init__(self):
        self.submissions = 0
        self.points: Counter[float] = Counter()
        self.max_points = 0.0
        self.times = [0] * (len(SECONDS) + 1)
        self.seconds = 0.0
        self.slowest: list[tuple[float, str]] = []
        self.exercises: dict[str, Tally] = {}

    def add(self, result: dict) -> None:
        """Takes in one submission, in the form of ``grade --json``."""
        name = str(result["submission"])[:LONGEST]
        self.submissions += 1
        self.points[round(2 * result["points"]) / 2] += 1
        self.max_points = max(self.max_points, result["max_points"])
        seconds = sum(exercise["seconds"] for exercise in result["exercises"])
        self.times[bisect_right(SECONDS, seconds)] += 1
        self.seconds += seconds
        heapq.heappush(self.slowest, (seconds, name))
        if len(self.slowest) > 5:
            heapq.heappop(self.slowest)
        for exercise in result["exercises"]:
            self.exercises.setdefault(exercise["id"], Tally()).add(name, exercise)

    def median_points(self) -> float:
        """The median of the points; 0 without submissions."""
        ranked = sorted(self.points)
        middle = []
        for rank in ((self.submissions - 1) // 2, self.submissions // 2):
            for points in ranked:
                rank -= self.points[points]
                if rank < 0:
                    middle.append(points)
                    break
        return sum(middle) / len(middle) if middle else 0.0
