"""The place of an operation in a block or network, such as ``stage3.block1.main.2.conv``."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

_IN_STAGE = re.compile(r"stage(\d+)(?:\.block(\d+))?(?:\.|$)")


@dataclass(frozen=True)
class Place:
    """A place, taken apart. ``str`` of it is the name that findings and drawings use.

    Attributes:
        stage, block: their numbers in a network, 0 outside the stages of one.
        path: "main", "shortcut" or "output" of a block, "stem" or "head" of a network, "" for what
            stands on none of them, such as the addition.
        group: the number of the group of layers on the main path, 0 elsewhere.
        kind: of the operation, such as "conv"; "" for the path, block or stage as a whole.
    """

    stage: int = 0
    block: int = 0
    path: str = ""
    group: int = 0
    kind: str = ""

    @classmethod
    @lru_cache(4096)
    def parse(cls, text: str) -> "Place":
        """The place that ``str`` has written; of any other text the last part is the kind."""
        match = _IN_STAGE.match(text)
        stage, block = match.groups() if match else (0, 0)
        path, _, kind = text[match.end() if match else 0 :].rpartition(".")
        head, _, group = path.rpartition(".")
        if head == "main" and group.isdecimal():
            return cls(int(stage), int(block or 0), head, int(group), kind)
        return cls(int(stage), int(block or 0), path, 0, kind)

    def __str__(self) -> str:
        parts = [f"stage{self.stage}" * (self.stage > 0), f"block{self.block}" * (self.block > 0)]
        parts += [self.path, str(self.group) * (self.group > 0), self.kind]
        return ".".join(part for part in parts if part)

    @property
    def unit(self) -> "Place":
        """The block of a network that it belongs to; the empty place outside of one."""
        return Place(self.stage, self.block) if self.block else Place()

    @property
    def in_network(self) -> bool:
        """Whether it is a place of a network, not of a block by itself."""
        return self.stage > 0 or self.path in ("stem", "head")

    @property
    def in_block(self) -> "Place":
        """The same place without stage and block."""
        return replace(self, stage=0, block=0)

    @property
    def part(self) -> str:
        """The part of a network: "stem", "stage2", "head"; in a block its path or kind."""
        return f"stage{self.stage}" if self.stage else self.path or self.kind

    def at(self, path: str, group: int = 0, kind: str = "") -> "Place":
        """Another place of the same block."""
        return replace(self, path=path, group=group, kind=kind)

    def beside(self, kind: str) -> "Place":
        """The place of another kind of operation in the same group of the same path."""
        return replace(self, kind=kind)

    def shares_path(self, other: "Place") -> bool:
        """Whether both stand in one group of one path."""
        return self.beside("") == other.beside("")
