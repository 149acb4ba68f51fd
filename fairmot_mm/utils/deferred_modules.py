"""Modules of dependencies that run only when somebody uses what they define.

The packages of mmengine and mmdet import all their files, and with them what only a few
users need: fully sharded training (with sympy), pictures of tracking errors (with
matplotlib), trackers, heads and metrics that need pandas, scipy or scikit-learn. Half
of the time until the first tracked frame would be spent there. Each of these files
defines one class or function that its package passes on. `defer_modules` puts a
stand-in in its place; the file runs when the stand-in is called, derived from, or asked
for an attribute.
"""

import os
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, NamedTuple

# Any text in this variable of the environment lets every module run at once.
SWITCH = 'FAIRMOT_MM_IMPORT_ALL'


class Definition(NamedTuple):
    """What a module defines.

    Attributes:
        name: Name of the class or function.
        registry: Module and name of the registry that it is in, as in
            ``mmdet.registry.MODELS``; empty if it is in none.
    """

    name: str
    registry: str = ''


_TRACKERS = 'mmdet.models.trackers'
_TASKS = 'mmdet.models.task_modules'
_MODELS, _TASK_UTILS = 'mmdet.registry.MODELS', 'mmdet.registry.TASK_UTILS'
# What each module needs and no run of ours does is behind it.
DEFERRED = {
    # torch.distributed.fsdp and torch.distributed.optim, sympy
    'mmengine.model.wrappers.fully_sharded_distributed': Definition(
        'MMFullyShardedDataParallel', 'mmengine.registry.MODEL_WRAPPERS'
    ),
    'mmengine.optim.optimizer.zero_optimizer': Definition(
        'ZeroRedundancyOptimizer', 'mmengine.registry.OPTIMIZERS'
    ),
    'mmengine._strategy.fsdp': Definition(
        'FSDPStrategy', 'mmengine.registry.STRATEGIES'
    ),
    # matplotlib
    'mmdet.utils.mot_error_visualize': Definition('imshow_mot_errors'),
    # motmetrics, pandas
    f'{_TRACKERS}.ocsort_tracker': Definition('OCSORTTracker', _MODELS),
    f'{_TRACKERS}.sort_tracker': Definition('SORTTracker', _MODELS),
    f'{_TRACKERS}.strongsort_tracker': Definition('StrongSORTTracker', _MODELS),
    # scikit-learn, where it is installed
    'mmdet.models.dense_heads.lad_head': Definition('LADHead', _MODELS),
    'mmdet.models.dense_heads.paa_head': Definition('PAAHead', _MODELS),
    f'{_TASKS}.tracking.interpolation': Definition('InterpolateTracklets', _TASK_UTILS),
    # scipy
    f'{_TASKS}.assigners.hungarian_assigner': Definition(
        'HungarianAssigner', _TASK_UTILS
    ),
    f'{_TASKS}.assigners.topk_hungarian_assigner': Definition(
        'TopkHungarianAssigner', _TASK_UTILS
    ),
    f'{_TASKS}.tracking.aflink': Definition('AppearanceFreeLink', _TASK_UTILS),
    f'{_TASKS}.tracking.kalman_filter': Definition('KalmanFilter', _TASK_UTILS),
    'mmdet.evaluation.metrics.crowdhuman_metric': Definition(
        'CrowdHumanMetric', 'mmdet.registry.METRICS'
    ),
    # trackeval, scipy
    'mmdet.evaluation.metrics.mot_challenge_metric': Definition(
        'MOTChallengeMetric', 'mmdet.registry.METRICS'
    ),
}
# All modules share one lock, because a module may need another one.
_LOCK = threading.RLock()


def defer_modules() -> None:
    """Defer what `DEFERRED` lists and nothing has imported, unless `SWITCH` is set."""
    known = any(isinstance(finder, _Finder) for finder in sys.meta_path)
    if not known and not os.environ.get(SWITCH):
        sys.meta_path.insert(0, _Finder())


class DeferredObject:
    """Stands for a class or function of a module that has not run yet.

    It can be called, derived from, and compared by ``isinstance`` and ``issubclass``
    like what it stands for, and has its attributes.

    Args:
        module: The module, which has not run.
        definition: What the stand-in stands for.
        loader: Runs the module.
    """

    def __init__(
        self, module: ModuleType, definition: Definition, loader: Loader
    ) -> None:
        self.__name__ = self.__qualname__ = definition.name
        self.__module__ = module.__name__
        self._module, self._loader = module, loader
        self._registry = _find(definition.registry) if definition.registry else None
        if self._registry is not None:
            self._registry.register_module(module=self)

    def resolve(self) -> Any:
        """Run the module, if it has not run yet.

        Returns:
            The class or function that the module defines.
        """
        with _LOCK:
            if vars(self._module).get(self.__name__) is self:
                self._run()
        return getattr(self._module, self.__name__)

    def _run(self) -> None:
        """Run the module, which registers what it defines."""
        names = vars(self._module)
        del names[self.__name__], names['__getattr__']
        if self._registry is not None:
            self._registry.module_dict.pop(self.__name__)
        self._loader.exec_module(self._module)

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # type: ignore[override]
        return type

    @property
    def __signature__(self) -> Any:
        from inspect import signature

        return signature(self.resolve())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the class or function."""
        return self.resolve()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.resolve(), name)

    def __mro_entries__(self, bases: tuple) -> tuple[type, ...]:
        return (self.resolve(),)

    def __instancecheck__(self, instance: Any) -> bool:
        # There is no instance of a class that nobody has used.
        is_used = vars(self._module).get(self.__name__) is not self
        return is_used and isinstance(instance, self.resolve())

    def __subclasscheck__(self, subclass: type) -> bool:
        is_used = vars(self._module).get(self.__name__) is not self
        return is_used and issubclass(subclass, self.resolve())


class _Finder(MetaPathFinder):
    """Finds the modules of `DEFERRED`, and gives them a loader that waits."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: Any = None
    ) -> ModuleSpec | None:
        if fullname not in DEFERRED:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _WaitingLoader(spec.loader)
        return spec


class _WaitingLoader(Loader):
    """Puts a `DeferredObject` into the module instead of running it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:  # get_source, get_filename, ...
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        definition = DEFERRED[module.__name__]
        stand_in = DeferredObject(module, definition, self._loader)

        def get_other(name: str) -> Any:
            if name.startswith('__'):  # as import machinery and inspect ask for
                raise AttributeError(name)
            stand_in.resolve()
            return getattr(module, name)

        vars(module).update({definition.name: stand_in, '__getattr__': get_other})


def _find(path: str) -> Any:
    """The object of a module at a dotted path, as in ``mmdet.registry.MODELS``."""
    module, _, name = path.rpartition('.')
    return getattr(import_module(module), name)
