"""Laying out the text of a config once in a run."""

from functools import wraps
from typing import Any

from mmengine.config import config


def lay_out_once() -> None:
    """Let mmengine lay out the same text of a config only once.

    A run asks for the text of its config five times: for the log, the saved file, every
    checkpoint and the back-ends. yapf takes a third of a second for each, together as
    long as all other preparations of a run.
    """
    lay_out = vars(config).get('FormatCode')  # a fork imports it in each call
    if lay_out is None or hasattr(lay_out, '__wrapped__'):
        return
    known: dict[str, Any] = {}

    @wraps(lay_out)
    def remember(text: str, *args: Any, **kwargs: Any) -> Any:
        key = repr((text, args, kwargs))
        if key not in known:
            known.clear()  # one config at a time
            known[key] = lay_out(text, *args, **kwargs)
        return known[key]

    config.FormatCode = remember
