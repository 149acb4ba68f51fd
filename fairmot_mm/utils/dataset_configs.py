"""Configs of data sets, alone or inside others."""

from collections.abc import Iterator
from typing import Any


def inner_datasets(cfg: Any, path: str = '') -> Iterator[tuple[Any, str]]:
    """List the data sets that a data set is made of.

    Args:
        cfg: Config of a data set; wrappers have a ``dataset`` or several ``datasets``.
        path: Its place in the whole config.

    Yields:
        Config and place of each data set that wraps no other.
    """
    if not isinstance(cfg, dict):
        return
    parts = {f'{path}.dataset': cfg.get('dataset')} | {
        f'{path}.datasets[{number}]': part
        for number, part in enumerate(cfg.get('datasets') or ())
    }
    wraps = [(part, place) for place, part in parts.items() if isinstance(part, dict)]
    if not wraps:
        yield cfg, path
    for part, place in wraps:
        yield from inner_datasets(part, place)


def without_pipelines(cfg: Any) -> Any:
    """Copy the config of a data set, without transforms, which may be slow to build.

    Args:
        cfg: Config of a data set.
    """
    if isinstance(cfg, list | tuple):
        return [without_pipelines(part) for part in cfg]
    if not isinstance(cfg, dict):
        return cfg
    inner = {k: without_pipelines(v) for k, v in cfg.items() if k.startswith('dataset')}
    return {**cfg, **inner} | ({'pipeline': []} if 'pipeline' in cfg else {})
