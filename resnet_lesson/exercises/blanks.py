"""The blank that a learner finds where the solved notebook has a solution."""

import re

BLANK = ("# YOUR CODE HERE", "raise NotImplementedError()")
REGION = re.compile(
    r"^([ \t]*)### BEGIN SOLUTION[ \t]*\n.*?^[ \t]*### END SOLUTION[ \t]*$",
    re.DOTALL | re.MULTILINE,
)


def blank_source(source):
    """The source of a cell with every solution region replaced by a blank, at its indent."""
    return REGION.sub(lambda found: "\n".join(found[1] + line for line in BLANK), source)
