"""The keywords that a class or function can be called with."""

import inspect
from collections.abc import Callable
from typing import Any


def argument_names(component: Callable[..., Any]) -> set[str]:
    """List the keywords that a component names.

    A class whose constructor has ``**kwargs`` usually passes them to the class that it
    extends, so the arguments of that class are listed too.

    Args:
        component: A class or a function.

    Returns:
        Names of arguments, without ``self``.
    """
    calls = [component]
    if inspect.isclass(component):
        calls = [
            vars(c)['__init__'] for c in component.__mro__ if '__init__' in vars(c)
        ]
    names: set[str] = set()
    for call in calls:
        try:
            parameters = [*inspect.signature(call).parameters.values()]
        except (TypeError, ValueError):  # written in C
            break
        kinds = (
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            inspect.Parameter.KEYWORD_ONLY,
        )
        names |= {p.name for p in parameters if p.kind in kinds}
        if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
            break
    return names - {'self'}
