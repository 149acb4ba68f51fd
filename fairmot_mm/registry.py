"""The registries of fairmot_mm, each a child of mmdet's of the same kind.

Being children, they resolve mmdet's classes (and the defaults inside mmdet's own
classes) without a prefix once ``default_scope='fairmot_mm'`` is set. Nothing else in
the package creates a registry.
"""

from mmdet import registry as mmdet_registry
from mmengine.registry import Registry

SCOPE = 'fairmot_mm'


def _child(parent: Registry, *locations: str) -> Registry:
    """A registry of our scope under ``parent`` that imports ``locations`` on demand."""
    return Registry(
        parent.name,
        parent=parent,
        scope=SCOPE,
        locations=[f'{SCOPE}.{location}' for location in locations],
    )


MODELS = _child(mmdet_registry.MODELS, 'models')
TASK_UTILS = _child(mmdet_registry.TASK_UTILS, 'models')
DATASETS = _child(mmdet_registry.DATASETS, 'datasets')
DATA_SAMPLERS = _child(mmdet_registry.DATA_SAMPLERS, 'datasets')
TRANSFORMS = _child(mmdet_registry.TRANSFORMS, 'datasets')
HOOKS = _child(mmdet_registry.HOOKS, 'engine')
METRICS = _child(mmdet_registry.METRICS, 'evaluation')
VISUALIZERS = _child(mmdet_registry.VISUALIZERS, 'visualization')
