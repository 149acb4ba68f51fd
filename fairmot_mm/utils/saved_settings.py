"""Settings that are saved with a state, to refuse the state where they differ."""

import json
from collections.abc import Mapping
from typing import Any

from fairmot_mm.utils.errors import DataError


def plain_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Write the arguments of a component in plain values, to compare them.

    Args:
        settings: Arguments by name: numbers, texts, lists and configs.

    Returns:
        Lists in place of tuples, dicts in place of configs, names of classes.
    """
    return json.loads(json.dumps(settings, default=str))


def require_same_settings(
    state: Mapping[str, Any], settings: Mapping[str, Any], version: int
) -> None:
    """Refuse a state of another version, or of a tracker of other settings.

    Args:
        state: What ``state_dict`` of a tracker returned: ``version``, ``settings`` and
            more.
        settings: `plain_settings` of the tracker that shall go on.
        version: Version of the states that it reads.

    Raises:
        DataError: It cannot go on there; the message names the first difference.
    """
    if not isinstance(state, Mapping) or not {'version', 'settings'} <= set(state):
        raise DataError('a state of a tracker has a version and settings; this has not')
    if state['version'] != version:
        raise DataError(
            f'the state of the tracker has version {state["version"]}, and this '
            f'program reads version {version}: begin without it'
        )
    saved = state['settings']
    if not isinstance(saved, Mapping):
        raise DataError(f'the state of the tracker is damaged: settings={saved!r}')
    for key in sorted({*saved, *settings}):
        if saved.get(key) != settings.get(key):
            raise DataError(
                f'the state was saved by a tracker with {key}={saved.get(key)!r}, and '
                f'this one has {settings.get(key)!r}: use the same settings, or begin '
                'without the state'
            )
