"""What an error about an unknown name suggests instead."""

import difflib
from collections.abc import Collection, Sequence
from typing import Any


def suggestion(
    wrong: Any,
    known: Collection[str],
    likely: Sequence[str] = (),
    *,
    show_all: bool = True,
) -> str:
    """Write the end of a message: names like the wrong one, or else all names.

    Args:
        wrong: The name that is not known.
        known: The names that are.
        likely: Names that are suggested before similar ones.
        show_all: Whether all names are listed if none is similar.

    Returns:
        A text that begins with a space, or an empty one.
    """
    same = [name for name in known if name.lower() == str(wrong).lower()]
    close = likely[:3] or same or difflib.get_close_matches(str(wrong), known, n=3)
    if close:
        return f' (did you mean {" or ".join(map(repr, close))}?)'
    return f' (it has {", ".join(known) or "none"})' if show_all else ''
