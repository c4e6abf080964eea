"""A submission's top-level statements as text, to be run in another process."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """One top-level statement as text, to be run in another process.

    Attributes:
        text: the statement's source.
        name: of the cell or file that it came from, as tracebacks show it.
        line: number of its first line there, from 1.
    """

    text: str
    name: str
    line: int = 1


def piece(node, name, lines):
    """The text of one statement.

    Args:
        node: `ast.stmt`, at the top level of its source.
        name: of the cell or file, as tracebacks show it.
        lines: the lines of that source, without line ends, as they were parsed.

    Returns:
        A `Piece`.
    """
    decorators = getattr(node, "decorator_list", ())
    first = min([node.lineno, *(d.lineno for d in decorators)])
    wanted = [line.encode() for line in lines[first - 1 : node.end_lineno]]
    wanted[-1] = wanted[-1][: node.end_col_offset]
    if not decorators:
        wanted[0] = wanted[0][node.col_offset :]
    return Piece(b"\n".join(wanted).decode(), name, first)
