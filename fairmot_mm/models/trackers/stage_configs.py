"""Configs of the stages of a `JDETracker`."""

from collections.abc import Mapping, Sequence
from typing import Any

from fairmot_mm.utils import ConfigError

StageConfig = dict[str, Any]

# Largest cost of a pair in each published stage, and of a tracked and a lost track that
# are one person.
COST_THRS = {'embeds': 0.4, 'iou': 0.5, 'unconfirmed': 0.7, 'duplicate': 0.15}
MOTION_WEIGHT = 0.02


def stage_configs(
    stages: Sequence[StageConfig] | None,
    cost_thrs: Mapping[str, float],
    motion_weight: float,
    low_score: StageConfig | None,
) -> list[StageConfig]:
    """Write the configs of all stages that the arguments of a `JDETracker` describe.

    Args:
        stages: Configs of the user; None: the published stages and ``low_score``.
        cost_thrs: Largest costs that differ from `COST_THRS`.
        motion_weight: See `AppearanceStage`.
        low_score: Config of the last stage, or None.

    Returns:
        Configs of the stages in order.

    Raises:
        ConfigError: ``stages`` is empty, or another argument would have no effect
            beside it.
    """
    if stages is None:
        published = _published({**COST_THRS, **cost_thrs}, motion_weight)
        return [*published, low_score] if low_score else published
    if not stages:
        raise ConfigError('stages=[] would match nothing: name a stage, or set None')
    unused = [f'cost_thrs.{name}' for name in cost_thrs if name != 'duplicate']
    unused += ['motion_weight'] if motion_weight != MOTION_WEIGHT else []
    unused += ['low_score'] if low_score else []
    if unused:
        raise ConfigError(
            f'{", ".join(unused)} would have no effect beside `stages`: set `cost_thr` '
            'and `motion_weight` in the configs of the stages, and name '
            'LowScoreAssociation among them'
        )
    return list(stages)


def _published(
    cost_thrs: Mapping[str, float], motion_weight: float
) -> list[StageConfig]:
    """The three stages of the published tracker."""
    return [
        {
            'type': 'AppearanceStage',
            'name': 'embeds',
            'cost_thr': cost_thrs['embeds'],
            'motion_weight': motion_weight,
        },
        {'type': 'OverlapStage', 'name': 'iou', 'cost_thr': cost_thrs['iou']},
        {
            'type': 'OverlapStage',
            'name': 'unconfirmed',
            'cost_thr': cost_thrs['unconfirmed'],
            'confirmed': False,
        },
    ]
