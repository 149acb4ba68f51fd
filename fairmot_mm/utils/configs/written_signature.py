"""The arguments of a class as its file says, without importing it."""

import ast
import collections.abc
import typing
from importlib.util import find_spec
from inspect import Parameter
from pathlib import Path
from typing import Any, NamedTuple

from fairmot_mm.utils.setup_env import SCOPE

# Folders whose classes a config names without their package, in the order of look-up.
_FOLDERS = (
    *(
        (SCOPE, room)
        for room in ('models', 'datasets', 'engine', 'evaluation', 'postprocessing')
    ),
    *((SCOPE, room) for room in ('inference', 'visualization')),
    *(('mmdet', room) for room in ('models', 'datasets', 'engine', 'evaluation')),
    ('mmcv', 'transforms'),
    ('mmengine', ''),
    ('torch', 'optim'),
    ('torch', 'utils/data'),
)
_TYPES = {**vars(typing), **vars(collections.abc)}


class WrittenSignature(NamedTuple):
    """The arguments of a class.

    Attributes:
        package: Name of the package that the class belongs to.
        parameters: Its arguments by name. One whose type needs another file has none.
        takes_any: Whether it takes further arguments, or may take them.
    """

    package: str
    parameters: dict[str, Parameter]
    takes_any: bool


def written_signature(name: str, passes_on: bool = False) -> WrittenSignature | None:
    """Find the class of a name, and read its arguments.

    Args:
        name: Name of a class that a config may name without its package: of ours, of
            mmdet, mmcv or mmengine, and of the optimizers and data loaders of torch.
        passes_on: Whether a class passes unknown arguments to the class that it
            extends.

    Returns:
        The arguments; None if there is no such class.
    """
    package, node = _find_class(name)
    if node is None:
        return None
    parameters, takes_any = _own_arguments(node)
    bases = [ast.unparse(base).rpartition('.')[2] for base in node.bases]
    if takes_any and (passes_on or not _defines_init(node)):
        for base in bases:
            found = None if base == name else written_signature(base, passes_on)
            if found is None:
                break
            parameters, takes_any = found.parameters | parameters, found.takes_any
            if not (takes_any and passes_on):
                break
    return WrittenSignature(package, parameters, takes_any)


def _find_class(name: str) -> tuple[str, ast.ClassDef | None]:
    """The code of a class, and its package."""
    for package, folder in _FOLDERS if name.isidentifier() else ():
        spec = find_spec(package)  # does not import a package at the top
        root = Path((spec and spec.origin) or '').parent
        for path in sorted((root / folder).rglob('*.py')):
            code = path.read_bytes()
            if f'class {name}'.encode() in code:
                for node in ast.parse(code).body:
                    if isinstance(node, ast.ClassDef) and node.name == name:
                        return package, node
    return '', None


def _defines_init(node: ast.ClassDef) -> bool:
    return any(getattr(line, 'name', '') == '__init__' for line in node.body)


def _own_arguments(node: ast.ClassDef) -> tuple[dict[str, Parameter], bool]:
    """Arguments that a class itself names, and whether there may be others."""
    if any(ast.unparse(each).startswith('dataclass') for each in node.decorator_list):
        fields = [
            ast.arg(ast.unparse(line.target), line.annotation)
            for line in node.body
            if isinstance(line, ast.AnnAssign)
            and not ast.unparse(line.annotation).startswith('ClassVar')
        ]
        return {arg.arg: _parameter(arg, None) for arg in fields}, bool(node.bases)
    for line in node.body:
        if isinstance(line, ast.FunctionDef) and line.name == '__init__':
            break
    else:
        return {}, True
    args = line.args
    named = [*args.posonlyargs, *args.args][1:]  # without self
    defaults = [None] * len(named) + [*args.defaults]
    pairs = [*zip(named, defaults[len(defaults) - len(named) :], strict=True)]
    pairs += zip(args.kwonlyargs, args.kw_defaults, strict=True)
    found = {arg.arg: _parameter(arg, default) for arg, default in pairs}
    return found, bool(args.kwarg or line.decorator_list)


def _parameter(arg: ast.arg, default: ast.expr | None) -> Parameter:
    """An argument with its type, where this file alone tells it."""
    hint: Any = Parameter.empty
    if arg.annotation is not None:
        try:
            hint = eval(ast.unparse(arg.annotation), dict(_TYPES))
        except (NameError, AttributeError, TypeError):
            hint = Parameter.empty
    is_none = isinstance(default, ast.Constant) and default.value is None
    return Parameter(
        arg.arg,
        Parameter.KEYWORD_ONLY,
        default=None if is_none else Parameter.empty,
        annotation=hint,
    )
