"""Every sentence of Khabar's own on what went wrong, read out of its source.

What is only known when it is raised, a name or a number, is a mark like ⟦1⟧ in it.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

ROOT = Path(__file__).parent.parent
LATER = "\0"
"""Stands for what is not in the source."""
_MOST = 64
"""Forms of one sentence; none comes near that."""
_DEEPEST = 8
"""Names and functions that lead to one another."""
_PROSE = re.compile(r"\b[A-Za-z]+ [a-z(]")
READING = (
    "reading reader_process container pdf office epub tables webpage load changed markup".split()
)
"""Modules of index/ whose every sentence is a reason why a file, or a part of one, is not read."""
ALSO = {
    "index/reading.py": ("ValueError",),
    "index/library.py": ("DatabaseError",),
    "index/models.py": ("_LineError",),
    "index/hub.py": ("RemoteProtocolError",),
    "qa/native.py": ("ValueError", "RuntimeError"),
    "qa/llama.py": ("ValueError", "RuntimeError"),
}
"""Errors that are none of Khabar's tree, and whose words stand in one that is."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Said:
    """What one place in the source can say."""

    file: str
    line: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Scope:
    module: str
    functions: tuple[Function, ...] = ()
    kind: ast.ClassDef | None = None


@cache
def _trees() -> dict[str, ast.Module]:
    files = sorted([*ROOT.glob("index/*.py"), *ROOT.glob("qa/*.py")])
    return {
        file.relative_to(ROOT).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
        for file in files
    }


@cache
def _walked(module: str) -> list[tuple[ast.AST, _Scope]]:
    """List all nodes of a module, each with the functions and the class it stands in."""
    found: list[tuple[ast.AST, _Scope]] = []
    waiting: list[tuple[ast.AST, _Scope]] = [(_trees()[module], _Scope(module))]
    while waiting:
        node, scope = waiting.pop()
        found.append((node, scope))
        if isinstance(node, Function):
            scope = _Scope(module, (*scope.functions, node), scope.kind)
        elif isinstance(node, ast.ClassDef):
            scope = _Scope(module, (), node)
        waiting += [(child, scope) for child in ast.iter_child_nodes(node)]
    return sorted(found, key=lambda each: getattr(each[0], "lineno", 0))


@cache
def _calls() -> dict[str, list[tuple[ast.Call, _Scope]]]:
    found: dict[str, list[tuple[ast.Call, _Scope]]] = {}
    for module in _trees():
        for node, scope in _walked(module):
            if isinstance(node, ast.Call):
                found.setdefault(name_of(node), []).append((node, scope))
    return found


@cache
def _functions() -> dict[str, list[tuple[Function, _Scope]]]:
    found: dict[str, list[tuple[Function, _Scope]]] = {}
    for module in _trees():
        for node, scope in _walked(module):
            if isinstance(node, Function):
                found.setdefault(node.name, []).append((node, scope))
    return found


def name_of(node: ast.AST) -> str:
    """Take the last name of a name, an attribute or a call; "" for anything else."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


@cache
def error_classes() -> dict[str, str]:
    """Map each class of the KhabarError tree, and those that modules derive, to its base."""
    bases = {
        node.name: name_of(node.bases[0])
        for module in _trees()
        for node, _ in _walked(module)
        if isinstance(node, ast.ClassDef) and node.bases
    }
    found = {"KhabarError": "Exception"}
    while more := {kind: base for kind, base in bases.items() if base in found} | found:
        if more == found:
            break
        found = more
    return found


def raised(leaving_out: Sequence[str] = (), modules: Sequence[str] = ()) -> Iterator[Said]:
    """Give what errors say, but those of some classes and those that some modules make."""
    for module in _trees():
        if module in modules:
            continue
        kinds = {*error_classes(), *ALSO.get(module, ())} - {*leaving_out}
        for node, scope in _walked(module):
            if isinstance(node, ast.Call) and node.args and _makes(node, scope, kinds):
                said = node.args[1 if name_of(node) == "_LineError" else 0]
                yield Said(module, node.lineno, _forms(said, scope))


def _makes(call: ast.Call, scope: _Scope, kinds: set[str]) -> bool:
    """Tell whether a call makes an error of a kind, called by its name or by a variable's."""
    found = {name_of(call)}
    if isinstance(call.func, ast.Name) and scope.functions:
        for node in ast.walk(scope.functions[-1]):
            for value in _bound(node, call.func.id):
                found |= {name_of(each) for each in ast.walk(value or ast.Pass())}
    return bool(found & kinds)


def reasons() -> Iterator[Said]:
    """Give every sentence of the modules that read files, however it gets out of them."""
    for module in (f"index/{name}.py" for name in READING):
        for node, scope in _walked(module):
            for value in _values(node):
                if _is_prose(value):
                    yield Said(module, node.lineno, _forms(value, scope))  # type: ignore[attr-defined]


def _values(node: ast.AST) -> list[ast.expr]:
    """Take out of a statement or a table what may be text that goes on from there."""
    if isinstance(node, ast.Assign):
        is_skipped = any("skipped" in ast.unparse(target) for target in node.targets)
        return [] if is_skipped else [node.value]
    if isinstance(node, ast.AnnAssign | ast.Return | ast.Yield):
        return [node.value] if node.value else []
    if isinstance(node, ast.Dict):
        return [*node.values]
    if isinstance(node, ast.Call):
        return [*node.args] if name_of(node) == "_sentence" else []
    return [*node.elts] if isinstance(node, ast.Tuple) else []


def _is_prose(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_prose(node.body) or _is_prose(node.orelse)
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
    return bool(_PROSE.search(text)) and isinstance(node, ast.JoinedStr | ast.Constant)


def _forms(node: ast.expr, scope: _Scope) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_marked, _expand(node, scope, _DEEPEST))))


def _marked(text: str) -> str:
    """Put numbers on what is not in the source; what stands side by side is one."""
    parts = re.split(f"{LATER}+", text)
    marks = [f"⟦{number}⟧" for number in range(1, len(parts))]
    return "".join(part + mark for part, mark in zip(parts, [*marks, ""], strict=True))


def _expand(node: ast.expr | None, scope: _Scope, left: int) -> list[str]:
    """List all that an expression can come to, as far as the source says."""
    if left == 0 or node is None:
        return [LATER]
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return _joined([_expand(part, scope, left) for part in parts])
        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
            return _object(value, scope, left) or _expand(value, scope, left)
        case ast.BinOp(left=one, op=ast.Add(), right=two):
            return _joined([_expand(one, scope, left), _expand(two, scope, left)])
        case ast.IfExp(body=one, orelse=two):
            return [*_expand(one, scope, left), *_expand(two, scope, left)]
        case ast.BoolOp(op=ast.Or(), values=parts):
            return [
                form
                for part in parts
                for form in _object(part, scope, left) or _expand(part, scope, left)
            ]
        case ast.Call():
            return _call(node, scope, left - 1)
        case ast.Name(id=name):
            return _name(name, scope, left - 1)
        case ast.Attribute(attr=name, value=ast.Name()) if name.isupper():
            return _constant(name, scope, left - 1)
        case ast.Subscript(value=ast.Name(id=name)):
            table = _assigned(scope.module, name)
            if isinstance(table, ast.Dict):
                return [form for each in table.values for form in _expand(each, scope, left - 1)]
    return [LATER]


def _joined(parts: Sequence[Sequence[str]]) -> list[str]:
    each = [dict.fromkeys(forms) for forms in parts]
    found = ["".join(chosen) for chosen, _ in zip(product(*each), range(_MOST + 1), strict=False)]
    assert len(found) <= _MOST
    return found


def _object(node: ast.expr, scope: _Scope, left: int) -> list[str]:
    """Write out an object of a class of Khabar's that says itself what it is as text."""
    called = {"server": "Server", "_server": "Server", "holder": "Holder", "by": "Holder"}
    kind = scope.kind.name if scope.kind and name_of(node) == "self" else called.get(name_of(node))
    for each, inner in _functions()["__str__"]:
        if inner.kind and inner.kind.name == kind:
            return _returned(each, inner, left - 1)
    return []


def _returned(function: Function, scope: _Scope, left: int) -> list[str]:
    inner = _Scope(scope.module, (*scope.functions, function), scope.kind)
    values = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
    return [form for value in values for form in _expand(value, inner, left)]


def _call(node: ast.Call, scope: _Scope, left: int) -> list[str]:
    name = name_of(node)
    if name in ("rstrip", "strip") and isinstance(node.func, ast.Attribute):
        return _expand(node.func.value, scope, left)
    if name == "next" and len(node.args) > 1:
        return [LATER, *_expand(node.args[1], scope, left)]
    # Of its own class or module, or that of an object; of a library, there is none so called.
    if isinstance(node.func, ast.Name) or name in ("quoted", "reason"):
        found = _functions().get(name, [])
        for each, inner in sorted(found, key=lambda one: one[1].module != scope.module):
            return _returned(each, inner, left)
    return [LATER]


def _name(name: str, scope: _Scope, left: int) -> list[str]:
    for function in reversed(scope.functions):
        places = [each.arg for each in function.args.args if each.arg != "self"]
        if name in places:
            return _given(function.name, places.index(name), scope, left)
        values = [value for node in ast.walk(function) for value in _bound(node, name)]
        if values:
            return [form for value in values for form in _expand(value, scope, left)]
    return _constant(name, scope, left)


def _bound(node: ast.AST, name: str) -> list[ast.expr | None]:
    """List what a statement binds a name to; None where that is no expression of its own."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return [node.value]
    elif isinstance(node, ast.For | ast.comprehension):
        named = [each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)]
        return [None] * named.count(name)
    elif isinstance(node, ast.ExceptHandler) and node.name == name:
        return [None]
    return []


def _given(function: str, place: int, scope: _Scope, left: int) -> list[str]:
    """List the words that callers give a function, or a method, at a place."""
    found = []
    for node, inner in _calls().get(function, []):
        is_it = _sees(inner.module, scope.module, function)
        if scope.kind:
            is_it = isinstance(node.func, ast.Attribute)
        if len(node.args) > place and is_it:
            given = node.args[place]
            are_words = isinstance(given, ast.Constant | ast.JoinedStr)
            found += _expand(given, inner, left) if are_words else [LATER]
    return found or [LATER]


def _sees(module: str, other: str, name: str) -> bool:
    """Tell whether a name means in a module what another calls so."""
    return module == other or any(
        isinstance(node, ast.ImportFrom)
        and f"{node.module}".replace(".", "/") + ".py" == other
        and any(each.name == name for each in node.names)
        for node in _trees()[module].body
    )


def _assigned(module: str, name: str) -> ast.expr | None:
    for node in _trees()[module].body:
        if _bound(node, name):
            return _bound(node, name)[0]
    return None


def _constant(name: str, scope: _Scope, left: int) -> list[str]:
    """Write out a constant that is words; one that is a name is not for a table to know."""
    for module in (scope.module, *_trees()):
        value = _assigned(module, name)
        if value is not None:
            forms = _expand(value, _Scope(module), left)
            return [form if _PROSE.search(form) else LATER for form in forms]
    return [LATER]
