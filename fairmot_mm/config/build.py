"""Building components after a check of their config."""

import inspect
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType
from typing import Any, Literal

from mmengine.config import Config
from mmengine.model import is_model_wrapper
from mmengine.registry import Registry, build_functions
from mmengine.runner import Runner

from fairmot_mm.config.check_component import check_component
from fairmot_mm.config.check_run import check_run
from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.setup_env import check_deformable_convolutions


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
        ConfigError: See `build_component`; or mmcv was not compiled for the device that
            the model is on.
    """
    check_run(cfg, mode)
    with explain_build_errors(cfg.to_dict()):
        runner = Runner.from_cfg(cfg)
    model = runner.model
    check_deformable_convolutions(model)
    # `TrackInferencer(runner.model)` prepares frames as the config says.
    (model.module if is_model_wrapper(model) else model).cfg = cfg
    return runner


@contextmanager
def explain_build_errors(cfg: Any = None) -> Iterator[None]:
    """Turn mistakes of a config that show while it is built into a `ConfigError`.

    A registry finds these mistakes in components that classes of other packages build.
    A constructor with ``**kwargs`` shows them when it passes a key to a class that does
    not know the key. An error in the code of a component keeps its type and traceback.

    Args:
        cfg: Config of what is built; without it, keys that a constructor passes to
            another class are not explained.

    Raises:
        ConfigError: A component got an unknown or lacks a required argument, is not
            registered, or needs a package that is not installed.
    """
    try:
        yield
    except ImportError as error:
        if 'pip install' not in str(error):
            raise
        raise ConfigError(
            f'a component of the config needs a package that is not installed: {error}'
        ) from error
    except (TypeError, KeyError) as error:
        if not _is_raised_by_registry(error) and not _is_passed_on(error, cfg):
            raise
        text = str(error.args[0]).partition(' Please check')[0]
        raise ConfigError(f'config does not fit a component: {text}') from error


def _is_raised_by_registry(error: BaseException) -> bool:
    """Whether an error comes from the look-up or the call of a registry.

    Python raises the error of a call that does not fit a signature in the code that
    calls, not in the function that is called.
    """
    return _origin(error).co_filename == build_functions.__file__


def _is_passed_on(error: BaseException, cfg: Any) -> bool:
    """Whether a constructor passed a key of the config to a class without it."""
    unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    origin = _origin(error)
    return (
        unknown is not None
        and origin.co_name == '__init__'
        and bool(origin.co_flags & inspect.CO_VARKEYWORDS)
        and unknown[1] in _keys(cfg)
    )


def _origin(error: BaseException) -> CodeType:
    """The code that raised an error."""
    *_, (frame, _) = traceback.walk_tb(error.__traceback__)
    return frame.f_code


def _keys(node: Any) -> set[str]:
    """All keys anywhere in a config."""
    if isinstance(node, dict):
        return set(node).union(*map(_keys, node.values()))
    if isinstance(node, list | tuple):
        return set().union(*map(_keys, node))
    return set()
