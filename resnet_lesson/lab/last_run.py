"""Whether what is to be checked is what its cell says now."""

import inspect
import linecache
import re
from collections.abc import Mapping
from typing import Any


def is_of_an_older_cell(attempt: Any, name: str, names: Mapping[str, Any]) -> bool:
    """Whether a cell that defines ``name`` ran later than the one which made the attempt.

    Then that cell failed: Python still has what an earlier run of it defined.

    Args:
        attempt: the function or class.
        name: of the exercise.
        names: the notebook's variables, with IPython's ``In``, the cells that ran.
    """
    cells = names.get("In")
    own = _cell_of(attempt)
    if not own or not isinstance(cells, list) or names.get(name) is not attempt:
        return False
    texts = [str(cell).strip() for cell in cells]
    definition = re.compile(rf"^(async def|def|class)\s+{name}\b", re.MULTILINE)
    newest = max((n for n, text in enumerate(texts) if definition.search(text)), default=-1)
    return own in texts and max(n for n, text in enumerate(texts) if text == own) < newest


def _cell_of(attempt):
    """The text of the cell, or file, that made a function or class; "" if that is unknown."""
    made = inspect.unwrap(attempt)
    methods = vars(made).values() if inspect.isclass(made) else (made,)
    files = [m.__code__.co_filename for m in methods if inspect.isfunction(m)]
    return "".join(linecache.getlines(files[0])).strip() if files else ""
