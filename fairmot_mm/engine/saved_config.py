"""The config in a checkpoint, and how the config of a run differs from it."""

import ast
from typing import Any


def read_saved_config(text: str) -> dict[str, Any]:
    """Read the text of a config without running any code in it.

    Args:
        text: What mmengine saves as ``meta.cfg``: one assignment a key, of literals and
            calls of ``dict``.

    Returns:
        The values by key. A value that is no literal is its source text.
    """
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return {}
    return {
        node.targets[0].id: _value(node.value)
        for node in body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Call(func=ast.Name(id='dict'), args=[]):
            return {word.arg: _value(word.value) for word in node.keywords}
        case ast.Call(
            func=ast.Name(id='dict'), args=[ast.Dict() as items], keywords=[]
        ):
            return _value(items)  # of keys that are no names, such as 'a.b'
        case ast.Dict():
            keys = [_value(key) if key else None for key in node.keys]
            return dict(zip(keys, map(_value, node.values), strict=True))
        case ast.List() | ast.Tuple():
            return [_value(entry) for entry in node.elts]
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def differences(old: Any, new: Any, path: str) -> dict[str, tuple[Any, Any]]:
    """Compare two values of a config.

    Args:
        old: Value in the checkpoint.
        new: Value of the run.
        path: Dotted key of the value.

    Returns:
        (old, new) by dotted key; a value that is missing is None.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        pairs = [(key, old.get(key), new.get(key)) for key in {**old, **new}]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = [(str(n), *pair) for n, pair in enumerate(zip(old, new, strict=True))]
    else:
        return {} if old == new else {path: (old, new)}
    found: dict[str, tuple[Any, Any]] = {}
    for key, one, other in pairs:
        found |= differences(one, other, f'{path}.{key}')
    return found
