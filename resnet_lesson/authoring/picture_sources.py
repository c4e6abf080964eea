"""What a stored picture was made from: the code that its cell runs, as one digest.

nbval does not compare pictures of trainings, which differ between machines, nor the pixels of any
other. So a picture carries a digest of all the lesson's code that had a part in it: the statements
of its notebook that its cell builds on, and the functions, classes and constants of the package
that these name, directly or through others. Comments, docstrings, types and the texts of errors
have no part in a picture; neither have the modules in `NO_PART`.
"""

import ast
import builtins
import hashlib
from collections.abc import Collection, Iterable, Iterator
from functools import cache

import nbformat

from resnet_lesson import paths
from resnet_lesson.authoring.notebook_files import UNCOMPARED, AuthoringError, has_picture, place_of

MADE_FROM = "made_from"  # in a cell's metadata: the digest
PACKAGE = __package__.partition(".")[0]
# They decide where files lie and how they are read, what is shown meanwhile, and (`graph`) which
# parts of a network are which.
NO_PART = {
    f"{PACKAGE}.{name}"
    for name in (
        "errors",
        "graph",
        "hdf5",
        "paths",
        "progress_bar",
        "settings",
        "signs.files",
        "weights.download",
    )
}
# What these draw or show they take from their arguments, which they do not change.
SHOWING = (f"{PACKAGE}.figures", f"{PACKAGE}.lab")
SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
_LEFT_OUT = {"annotation", "ctx", "kind", "returns", "type_comment", "type_params"}


def picture_digests(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """For each code cell, by its id: the digest of what its pictures are made from."""
    earlier: list[ast.stmt] = []
    digests = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            own = ast.parse(_without_magics(cell.source)).body
            digests[cell.id] = _digest(earlier, own)
            earlier += own
    return digests


def sign_pictures(notebook: nbformat.NotebookNode, kept: Collection[str] = ()) -> None:
    """Writes the digest of each picture that nbval does not compare into its cell's metadata.

    Args:
        notebook: just executed; changed in place.
        kept: the ids of cells whose pictures are those of an earlier run; their digests stay.
    """
    digests = picture_digests(notebook)
    for cell in notebook.cells:
        if not _has_uncompared_picture(cell):
            cell.metadata.pop(MADE_FROM, None)
        elif cell.id not in kept:
            cell.metadata[MADE_FROM] = digests[cell.id]


def stale_pictures(notebook: nbformat.NotebookNode, name: str) -> Iterator[str]:
    """The cells whose pictures were made from other code than today's: one line for each.

    Args:
        notebook: a solved notebook as it is stored.
        name: its file's name, such as "05-train-on-signs.ipynb".
    """
    digests = picture_digests(notebook)
    for number, cell in enumerate(notebook.cells):
        if _has_uncompared_picture(cell) and cell.metadata.get(MADE_FROM) != digests[cell.id]:
            yield (
                f"{place_of(cell, number, name)}: its picture was made from other code than "
                f"today's; run python -m resnet_lesson.authoring --full {name[:2]}"
            )


def _has_uncompared_picture(cell):
    """Whether nbval leaves out a picture of a cell: any if the cell is tagged, else pixels."""
    pictures = [output for output in cell.get("outputs", ()) if has_picture(output)]
    if UNCOMPARED in cell.metadata.get("tags", ()):
        return bool(pictures)
    return any("image/png" in str(output.data) for output in pictures)


def _without_magics(source):
    lines = source.splitlines()
    return "\n".join("" if line.lstrip().startswith(("%", "!")) else line for line in lines)


def _digest(earlier, own):
    statements, imports = _statements_behind(earlier, own)
    definitions = _definitions_behind(statements, imports)
    origins = [f"{name} = {home}" for name, home in sorted(imports.items())]
    text = "\n".join([*origins, *map(_canonical, statements), *definitions])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _canonical(node: object) -> str:
    """A statement's tree as text, the same in every version of Python, without what has no part."""
    if isinstance(node, list):
        return "[" + ",".join(map(_canonical, node)) + "]"
    if not isinstance(node, ast.AST):
        return repr(node)
    if isinstance(node, ast.Raise):
        return "Raise()"
    values = {name: value for name, value in ast.iter_fields(node) if name not in _LEFT_OUT}
    if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef | ast.Module):
        values["body"] = node.body[1:] if ast.get_docstring(node) is not None else node.body
    fields = (
        f"{name}={_canonical(value)}" for name, value in values.items() if value not in ([], None)
    )
    return f"{type(node).__name__}({','.join(fields)})"


# ---- in the notebook


def _statements_behind(earlier, own):
    """The earlier statements that a cell's own build on, and these, and the imports of all."""
    statements = [s for s in (*earlier, *own) if not isinstance(s, ast.Import | ast.ImportFrom)]
    imported = _imports([*earlier, *own])
    first = len(statements) - sum(not isinstance(s, ast.Import | ast.ImportFrom) for s in own)
    chosen = {n for n, s in enumerate(statements) if n >= first and not _is_aside(s, imported)}
    while True:  # until none is added: a function may use what is defined below it
        needed = {name for n in chosen for name in _used_and_bound(statements[n])[0]}
        more = {
            n
            for n, statement in enumerate(statements[:first])
            if not _is_aside(statement, imported) and _matters(statement, needed, imported)
        }
        if more <= chosen:
            imports = {name: home for name, home in imported.items() if name in needed}
            return [statements[n] for n in sorted(chosen)], imports
        chosen |= more


def _is_aside(statement, imported):
    """Whether a statement only calls a learner's helper, such as ``check``, or shows something."""
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return False
    return isinstance(statement.value.func, ast.Name) and _is_helper(statement.value.func, imported)


def _is_helper(function, imported):
    if function.id in imported:
        return imported[function.id][0] == PACKAGE
    # IPython puts names of its own among the built-in ones, such as `display`.
    return getattr(getattr(builtins, function.id, None), "__module__", "") == "builtins"


def _matters(statement, needed, imported):
    """Whether a statement binds a name that is needed, or may change what the name stands for."""
    if _used_and_bound(statement)[1] & needed:
        return True
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    if any(_changed_by(call, imported) & needed for call in calls):
        return True
    # A call of a library for its effect alone, such as the choice of a seed.
    discarded = statement.value if isinstance(statement, ast.Expr) else None
    return (
        isinstance(discarded, ast.Call)
        and _library_of(discarded.func, imported)
        and all(isinstance(value, ast.Constant) for value in discarded.args)
    )


@cache
def _used_and_bound(node: ast.AST) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a piece of code takes from its surroundings, and those that it binds there.

    An attribute or an item that is assigned counts as binding the variable that it belongs to.
    """
    if isinstance(node, ast.Name):
        name = frozenset([node.id])
        return (name, frozenset()) if isinstance(node.ctx, ast.Load) else (frozenset(), name)
    if isinstance(node, ast.alias):
        return frozenset(), frozenset([(node.asname or node.name).partition(".")[0]])
    parts = [_used_and_bound(part) for part in ast.iter_child_nodes(node)]
    used = frozenset().union(*(part[0] for part in parts))
    bound = frozenset().union(*(part[1] for part in parts))
    if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        bound |= {_root(node)}
    if isinstance(node, SCOPES):
        parameters = {part.arg for part in ast.walk(node) if isinstance(part, ast.arg)}
        used, bound = used - bound - parameters, frozenset()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        bound = frozenset([node.name])
    return used, bound


def _changed_by(call, imported):
    """The variables that a call is given, or is a method of, and so may change."""
    function = call.func
    if isinstance(function, ast.Name) and _is_helper(function, imported):
        return set()
    home, name = imported.get(_root(function), ("", ""))
    if home.startswith(SHOWING) or f"{home}.{name}".startswith(SHOWING):
        return set()
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(function, ast.Attribute):
        given.append(function.value)
    return {value.id for value in given if isinstance(value, ast.Name)} - set(imported)


def _library_of(function, imported):
    home, _ = imported.get(_root(function), ("", ""))
    return bool(home) and home.partition(".")[0] != PACKAGE


def _root(node):
    """The name that a chain of attributes, indices and calls begins with; "" if none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


# ---- in the package


def _definitions_behind(statements, imports):
    """Every definition of the package that statements lead to, as lines of text, sorted."""
    unread = [*_references(statements, imports, {}, "")]
    found = {}
    while unread:
        place = unread.pop()
        if place not in found:
            found[place], references = _definition(*place)
            unread += references
    return sorted(filter(None, found.values()))


@cache
def _definition(module, name):
    """What is defined under a name of a module, as a line of text, and the places it names."""
    if module == PACKAGE or _has_no_part(module):
        return "", ()
    bound, imported = _module(module)
    if name in imported:
        return "", (_home(*imported[name]),)
    if name not in bound:
        if name and not name.startswith("__"):
            raise AuthoringError(f"{module} has no {name} to be seen without running it")
        return "", ()
    text = f"{module}.{name}: {_canonical(bound[name])}"
    return text, tuple(_references(bound[name], imported, bound, module))


def _has_no_part(module):
    parts = module.split(".")
    return any(".".join(parts[:count]) in NO_PART for count in range(2, len(parts) + 1))


def _references(statements, imported, bound, module) -> Iterator[tuple[str, str]]:
    """The places in the package that statements name: pairs of a module and a name in it."""
    imported = imported | _imports(statements)
    for node in _walk(statements):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            home = _home(*imported.get(node.value.id, ("", "")))
            if home[0].startswith(PACKAGE) and not home[1]:
                yield home[0], node.attr
        elif isinstance(node, ast.Name):
            home = _home(*imported.get(node.id, ("", "")))
            if home[0].startswith(PACKAGE) and home[1]:
                yield home
            elif node.id in bound:
                yield module, node.id


def _walk(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """As `ast.walk`, without what `_canonical` leaves out."""
    for node in nodes:
        if isinstance(node, ast.Raise):
            continue
        yield node
        for name, value in ast.iter_fields(node):
            if name not in _LEFT_OUT:
                parts = value if isinstance(value, list) else [value]
                yield from _walk(part for part in parts if isinstance(part, ast.AST))


def _imports(statements) -> dict[str, tuple[str, str]]:
    """The names that statements import, each with its module and its name there, or "" for all."""
    names = {}
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = (node.module or "", alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.name if alias.asname else alias.name.partition(".")[0]
                names[alias.asname or name] = (name, "")
    return names


def _home(module, name):
    """Where an imported name is: (module, name), or (module, "") if it is a module itself."""
    whole = f"{module}.{name}"
    return (whole, "") if name and _file(whole) else (module, name)


@cache
def _file(module):
    """The file of a module of the package; None if there is no such module."""
    first, *rest = module.split(".")
    path = paths.PACKAGE.joinpath(*rest)
    files = [path / "__init__.py", path.with_name(f"{path.name}.py")]
    return next((file for file in files if first == PACKAGE and file.is_file()), None)


@cache
def _module(name):
    """What a module binds at its top level: statements by name, and what it imports."""
    tree = ast.parse(_file(name).read_text(encoding="utf-8"))
    bound: dict[str, list[ast.stmt]] = {}
    imports = []
    for statement in _flat(tree.body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imports.append(statement)
            continue
        for each in _used_and_bound(statement)[1]:
            bound.setdefault(each, []).append(statement)
    return bound, _imports(imports)


def _flat(statements):
    """Statements, those within conditions and the like among them."""
    for statement in statements:
        yield statement
        if isinstance(statement, ast.If | ast.Try | ast.With):
            yield from _flat(
                part for part in ast.iter_child_nodes(statement) if isinstance(part, ast.stmt)
            )
