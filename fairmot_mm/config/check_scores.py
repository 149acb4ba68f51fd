"""Checking the names of scores that hooks and schedules watch."""

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

from mmengine.config import Config

from fairmot_mm.config.check_component import entries, find_type
from fairmot_mm.registry import HOOKS, METRICS, PARAM_SCHEDULERS
from fairmot_mm.utils.configs.suggestion import suggestion
from fairmot_mm.utils.errors import ConfigError

_KEYS = ('save_best', 'monitor', 'key_indicator')


@runtime_checkable
class NamesScores(Protocol):
    """A metric that says which scores it returns.

    Attributes:
        score_names: Names without the prefix. A score of a single sequence has a name
            behind one of these, as in ``MOTA/MOT17-02``.
    """

    score_names: tuple[str, ...]


def check_scores(cfg: Config) -> None:
    """Make sure that every score that a hook or schedule watches will be there.

    Scores of a metric that does not name them are known by their prefix only.

    Args:
        cfg: Config of a training run.

    Raises:
        ConfigError: A score has a name that no metric of the validation returns, or
            there is no validation.
    """
    if not cfg.get('train_dataloader'):
        return
    known = dict(_scores(cfg)) if cfg.get('val_dataloader') else {}
    for score, place in _watched(cfg):
        if not known:
            raise ConfigError(
                f'{place} = {score!r}, but the config has no validation: set it to None'
            )
        if None in known or any(_is_score(score, *item) for item in known.items()):
            continue
        names = [f'{key}/{name}' for key in known for name in known[key] or ('...',)]
        likely = [name for name in names if name.endswith(f'/{score}')]
        raise ConfigError(
            f'{place} = {score!r} is no score of val_evaluator'
            + suggestion(score, names, likely)
        )


def _scores(cfg: Config) -> Iterator[tuple[str | None, tuple[str, ...] | None]]:
    """Prefix and names of the scores of each metric; None where they are not known."""
    evaluator = cfg.get('val_evaluator')
    if isinstance(evaluator, dict) and 'metrics' in evaluator:
        evaluator = evaluator['metrics']
    for node, place in entries(evaluator, 'val_evaluator'):
        if not isinstance(node, dict) or 'type' not in node:
            yield None, None
            continue
        kind: Any = find_type(node, [METRICS], place)
        prefix = node.get('prefix') or getattr(kind, 'default_prefix', None)
        yield prefix, kind.score_names if isinstance(kind, NamesScores) else None


def _is_score(score: str, prefix: str | None, names: tuple[str, ...] | None) -> bool:
    if not score.startswith(f'{prefix}/'):
        return False
    name = score.removeprefix(f'{prefix}/')
    return names is None or any(f'{name}/'.startswith(f'{known}/') for known in names)


def _watched(cfg: Config) -> Iterator[tuple[str, str]]:
    """Scores that a hook or schedule watches, and the places of their names."""
    hooks = cfg.get('default_hooks') or {}
    nodes = [
        *((hook, f'default_hooks.{name}', HOOKS) for name, hook in hooks.items()),
        *((*item, HOOKS) for item in entries(cfg.get('custom_hooks'), 'custom_hooks')),
        *(
            (*item, PARAM_SCHEDULERS)
            for item in entries(cfg.get('param_scheduler'), 'param_scheduler')
        ),
    ]
    for node, place, _ in nodes:
        for key in _KEYS if isinstance(node, dict) else ():
            for score, _ in entries(node.get(key), ''):
                if isinstance(score, str) and score != 'auto':
                    yield score, f'{place}.{key}'
