"""Building components after a check of their config."""

import inspect
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any, Literal

from mmengine.config import Config
from mmengine.model import is_model_wrapper
from mmengine.registry import Registry, build_functions
from mmengine.runner import Runner

from fairmot_mm.config.check_component import check_component
from fairmot_mm.config.check_loaders import check_batches, prepare_loaders
from fairmot_mm.config.check_parameters import check_parameters
from fairmot_mm.config.check_run import check_run
from fairmot_mm.config.lay_out_once import lay_out_once
from fairmot_mm.config.shielded_runner import ShieldedRunner
from fairmot_mm.registry import SCOPE
from fairmot_mm.utils import deferred_modules
from fairmot_mm.utils.errors import ConfigError, UserInputError
from fairmot_mm.utils.setup_env import check_deformable_convolutions

# Files whose functions build components, and packages whose constructors check values.
_BUILDERS = (build_functions.__file__, inspect.getfile(Runner))
_LIBRARIES = ('torch', 'mmengine', 'mmdet', 'mmcv')
_NEEDED = ('train_dataloader', 'train_cfg', 'optim_wrapper')
# Names of mmengine's default hooks, which it adds to a config without them.
_MMENGINE = (
    'runtime_info',
    'timer',
    'sampler_seed',
    'logger',
    'param_scheduler',
    'checkpoint',
)


def build_component(cfg: dict, registry: Registry, path: str) -> Any:
    """Compare the keys of a component with its signature, and build it.

    Args:
        cfg: Config of the component, with ``type``.
        registry: Where its type is looked up.
        path: Place in the whole config, as in ``model``, for messages.

    Raises:
        ConfigError: The type is not registered; a key is no argument; an argument is
            missing; or the component needs a package that is not installed.
    """
    check_component(cfg, registry, path)
    with explain_build_errors(cfg):
        return registry.build(cfg)


def build_runner(cfg: Config, mode: Literal['train', 'test']) -> Runner:
    """Check all components that mmengine's Runner will build, and build the Runner.

    Args:
        cfg: Config of a run.
        mode: What the run does.

    Raises:
        ConfigError: See `build_component`, `check_parameters` and `check_batches`; or
            mmcv was not compiled for the device that the model is on.
    """
    missing = [key for key in _NEEDED if not cfg.get(key)]
    if mode == 'train' and missing:
        raise ConfigError(f'the config has no {missing[0]}, so it cannot be trained')
    check_run(cfg, mode)
    prepare_loaders(cfg, mode)
    hooks = cfg.get('default_hooks') or {}
    # mmengine leaves a hook out that is None, but only if it is one of its own.
    for name in [n for n, hook in hooks.items() if hook is None and n not in _MMENGINE]:
        del hooks[name]
    lay_out_once()
    with explain_build_errors(cfg.to_dict()):
        runner = ShieldedRunner.from_cfg(cfg)
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        check_deformable_convolutions(model)
        if mode == 'train':
            check_parameters(cfg, model)
        check_batches(runner, mode)
    # `TrackInferencer(runner.model)` prepares frames as the config says.
    model.cfg = cfg
    return runner


@contextmanager
def explain_build_errors(cfg: Any = None) -> Iterator[None]:
    """Turn mistakes of a config that show while it is built into a `ConfigError`.

    A registry finds these mistakes in components that classes of other packages build.
    A constructor of these packages refuses a value. A constructor with ``**kwargs``
    passes a key to a class that does not know the key. An error in the code of a
    component of a user keeps its type and traceback.

    Args:
        cfg: Config of what is built; without it, keys that a constructor passes to
            another class are not explained.

    Raises:
        ConfigError: A component got an unknown or lacks a required argument, refuses a
            value, is not registered, or needs a package that is not installed.
    """
    try:
        yield
    except UserInputError:
        raise
    except ImportError as error:
        if 'pip install' not in str(error):
            raise
        raise ConfigError(
            f'a component of the config needs a package that is not installed: {error}'
        ) from error
    except (TypeError, KeyError, ValueError, AssertionError) as error:
        component = _find_component(error, cfg)
        if component is None or not error.args:
            raise
        text = ' '.join(str(error.args[0]).partition(' Please check')[0].split())
        raise ConfigError(f'config does not fit {component}: {text}') from error


def _find_component(error: BaseException, cfg: Any) -> str | None:
    """Which component a config does not fit; None for any other error.

    Python raises the error of a call that does not fit a signature in the code that
    calls, not in the function that is called.
    """
    frames = [
        frame
        for frame, _ in traceback.walk_tb(error.__traceback__)
        # A stand-in calls the class in the place of a builder.
        if frame.f_code.co_filename != deferred_modules.__file__
    ]
    builders = [k for k, f in enumerate(frames) if f.f_code.co_filename in _BUILDERS]
    if not builders:
        return None
    inner = frames[builders[-1] + 1 :]
    if inner and inner[0].f_code.co_name == 'build_iter_from_epoch':
        inner = inner[1:]  # a factory of mmengine's schedules
    if not inner:
        return 'a component'
    own = inner[0].f_locals.get('self')
    # A constructor of ours may pass values on to one of a library.
    checked = inner[1:] if _package(inner[0]) == SCOPE else inner
    is_refused = checked and all(_package(frame) in _LIBRARIES for frame in checked)
    if inner[0].f_code.co_name == '__init__' and is_refused:
        return type(own).__name__
    return type(own).__name__ if _is_passed_on(error, inner[-1].f_code, cfg) else None


def _package(frame: FrameType) -> str:
    return str(frame.f_globals.get('__name__', '')).partition('.')[0]


def _is_passed_on(error: BaseException, origin: CodeType, cfg: Any) -> bool:
    """Whether a constructor passed a key of the config to a class without it."""
    unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    return (
        unknown is not None
        and origin.co_name == '__init__'
        and bool(origin.co_flags & inspect.CO_VARKEYWORDS)
        and unknown[1] in _keys(cfg)
    )


def _keys(node: Any) -> set[str]:
    """All keys anywhere in a config."""
    if isinstance(node, dict):
        return set(node).union(*map(_keys, node.values()))
    if isinstance(node, list | tuple):
        return set().union(*map(_keys, node))
    return set()
