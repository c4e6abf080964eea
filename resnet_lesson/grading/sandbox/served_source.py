"""What of the lesson a submission may build on, such as the source of blocks for a network."""

import ast
from functools import cache

from resnet_lesson.paths import PACKAGE

# By the exercise's kind; never what the exercise asks for itself.
ALLOWED = {
    "network": ("blocks",),
    "trained": ("blocks",),
    "model": ("blocks", "layers", "networks"),
}


@cache
def served_sources(kind: str, exercise_id: str) -> dict[str, str]:
    """The source of each module of the lesson that an exercise may import from, by its name.

    Args:
        kind: the exercise's, see `resnet_lesson.exercises.Exercise`.
        exercise_id: the exercise's id, whose own definition is left out.
    """
    sources, allowed = {}, ALLOWED.get(kind, ())
    for module in allowed:
        tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
        # Of networks, which a model could merely wrap, the tables of stages alone.
        options = (exercise_id, allowed, module == "networks")
        tree.body = [node for node in tree.body if not _is_left_out(node, *options)]
        sources[f"{PACKAGE.name}.{module}"] = ast.unparse(tree)
    return sources


def _is_left_out(node, exercise_id, allowed, tables_only):
    """True for the exercise's own definition, and for what it alone takes from other modules."""
    if isinstance(node, ast.ImportFrom) and node.module.startswith(f"{PACKAGE.name}."):
        return node.module.split(".")[1] not in allowed
    is_table = isinstance(node, ast.Assign) and isinstance(node.value, (ast.Tuple, ast.Dict))
    return getattr(node, "name", None) == exercise_id or (tables_only and not is_table)
