"""The registries of fairmot_mm, each a child of mmdet's of the same kind.

Being children, they resolve mmdet's classes (and the defaults inside mmdet's own
classes) without a prefix once ``default_scope='fairmot_mm'`` is set. There is one for
every kind, so that mmengine finds our scope wherever a config may name a type. Nothing
else in the package creates a registry.
"""

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
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


RUNNERS = _child(mmdet_registry.RUNNERS, 'engine')
RUNNER_CONSTRUCTORS = _child(mmdet_registry.RUNNER_CONSTRUCTORS, 'engine')
LOOPS = _child(mmdet_registry.LOOPS, 'engine')
HOOKS = _child(mmdet_registry.HOOKS, 'engine')
LOG_PROCESSORS = _child(mmdet_registry.LOG_PROCESSORS, 'engine')
OPTIMIZERS = _child(mmdet_registry.OPTIMIZERS, 'engine')
OPTIM_WRAPPERS = _child(mmdet_registry.OPTIM_WRAPPERS, 'engine')
OPTIM_WRAPPER_CONSTRUCTORS = _child(mmdet_registry.OPTIM_WRAPPER_CONSTRUCTORS, 'engine')
PARAM_SCHEDULERS = _child(mmdet_registry.PARAM_SCHEDULERS, 'engine')
DATASETS = _child(mmdet_registry.DATASETS, 'datasets')
DATA_SAMPLERS = _child(mmdet_registry.DATA_SAMPLERS, 'datasets')
TRANSFORMS = _child(mmdet_registry.TRANSFORMS, 'datasets')
MODELS = _child(mmdet_registry.MODELS, 'models')
MODEL_WRAPPERS = _child(mmdet_registry.MODEL_WRAPPERS, 'models')
WEIGHT_INITIALIZERS = _child(mmdet_registry.WEIGHT_INITIALIZERS, 'models')
TASK_UTILS = _child(mmdet_registry.TASK_UTILS, 'models', 'postprocessing')
METRICS = _child(mmdet_registry.METRICS, 'evaluation')
EVALUATOR = _child(mmdet_registry.EVALUATOR, 'evaluation')
VISUALIZERS = _child(mmdet_registry.VISUALIZERS, 'visualization')
VISBACKENDS = _child(mmdet_registry.VISBACKENDS, 'visualization')
