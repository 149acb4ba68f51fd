"""Checking the environment of fairmot_mm and registering its components.

Nothing here is imported before it is needed, so that `check_environment` reports a
broken environment in a sentence, before an import fails.
"""

import uuid
import warnings
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any

from packaging.version import Version

from fairmot_mm.utils.errors import ConfigError

SCOPE = 'fairmot_mm'
COMPONENTS = ('models', 'datasets', 'engine', 'evaluation', 'visualization')
# From the first version to below the second; setup.py declares the same ranges.
SUPPORTED = {
    'mmengine': ('0.10.4', '1.0.0'),
    'mmcv': ('2.0.0', '2.2.0'),
    'mmdet': ('3.3.0', '3.4.0'),
}
# Maintained forks, which install the same packages under other names, and their ranges.
FORKS = {
    'mmengine': ('onedl-mmengine', '0.10.12', '1.0.0'),
    'mmcv': ('onedl-mmcv', '2.3.6', '2.4.0'),
    'mmdet': ('onedl-mmdetection', '3.5.1', '3.6.0'),
}
REBUILD = (
    'run `make build-mmcv` in the checkout, or `MMCV_WITH_OPS=1 pip install '
    '--force-reinstall --no-deps --no-build-isolation --no-cache-dir '
    '--no-binary=mmcv mmcv==2.1.0` in an environment of your own'
)


def check_environment() -> None:
    """Check that mmengine, mmcv and mmdet fit and that mmcv has its operators.

    A fork of `FORKS` may take the place of a package. mmcv may have been built without
    its compiled operators, or for another torch. Without this check either fails late,
    with a message that does not help.

    Raises:
        ImportError: A package is missing, of another version, or without working
            operators; the message says what to run.
    """
    check_versions()
    _check_operators()


def check_versions() -> None:
    """Check that mmengine, mmcv and mmdet, or their forks, are installed and fit.

    Raises:
        ImportError: A package is missing or of another version; the message says what
            to run.
    """
    for package in SUPPORTED:
        _check_version(package)


def find_version(name: str) -> str | None:
    """The installed version of a distribution.

    Args:
        name: The name that pip knows, as in ``onedl-mmcv``.

    Returns:
        The version; None if it is not installed.
    """
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _check_version(package: str) -> None:
    """Raise unless one version of a package, or of its fork, is there and fits."""
    fork, *fork_range = FORKS[package]
    found, fork_found = find_version(package), find_version(fork)
    if found and fork_found:
        raise ImportError(
            f'{package} {found} and {fork} {fork_found} are both installed and '
            f'overwrite each other: run `pip uninstall {package} {fork}`, and install '
            'one of them again.'
        )
    if fork_found:
        name, found, (lowest, limit) = fork, fork_found, fork_range
    else:
        name, (lowest, limit) = package, SUPPORTED[package]
    if found is None or not Version(lowest) <= Version(found) < Version(limit):
        reinstall = f"`pip install '{name}>={lowest},<{limit}'`"
        remedy = f'run `make setup` in the checkout, or {reinstall}'
        raise ImportError(
            f'fairmot_mm works with {name} >= {lowest}, < {limit}, and '
            f'{found or "none"} is installed: '
            f'{REBUILD if name == "mmcv" else remedy}.'
        )


def _check_operators() -> None:
    """Raise unless mmcv's compiled operators exist and load with this torch."""
    if find_spec('mmcv._ext') is None:
        raise ImportError(
            f'mmcv is installed without its compiled operators (mmcv._ext): {REBUILD}.'
        )
    import_module('torch')  # the operators link to its libraries
    try:
        import_module('mmcv._ext')
    except ImportError as error:
        raise ImportError(
            "mmcv's compiled operators (mmcv._ext) do not load with the installed "
            f'torch ({error}): {REBUILD}.'
        ) from error


def check_deformable_operator(device: Any) -> None:
    """Try mmcv's deformable convolution on a device.

    If mmcv was compiled without a CUDA toolkit, it has the operator only for the CPU;
    if it was compiled for other GPUs, the operator fails at its first use.

    Args:
        device: A `torch.device`.

    Raises:
        ConfigError: The operator does not run there; the message says what to do.
    """
    import torch
    from mmcv.ops import modulated_deform_conv2d

    def zeros(channels: int) -> torch.Tensor:
        return torch.zeros(1, channels, 1, 1, device=device)

    if device.type == 'meta':
        return
    try:
        modulated_deform_conv2d(
            zeros(1), zeros(2), zeros(1), zeros(1), None, 1, 0, 1, 1, 1
        )
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(
            f"mmcv's deformable convolution does not run on {device} ({reason}). "
            'Compile mmcv for it, with the CUDA toolkit of the installed torch in '
            f'CUDA_HOME: {REBUILD}. Or use the CPU (--device cpu, or '
            "CUDA_VISIBLE_DEVICES=''), or train a network without deformable "
            'convolutions: model.detector.neck.conv_cfg=None'
        ) from error


def check_deformable_convolutions(model: Any) -> None:
    """Try mmcv's deformable convolution where a model needs it, if it does.

    Args:
        model: A `torch.nn.Module` on its device.

    Raises:
        ConfigError: The model has deformable convolutions, and mmcv was not compiled
            for the device.
    """
    from mmcv.ops import ModulatedDeformConv2d

    if any(isinstance(module, ModulatedDeformConv2d) for module in model.modules()):
        check_deformable_operator(next(model.parameters()).device)


def register_all_modules(init_default_scope: bool = True) -> None:
    """Import every part of fairmot_mm that holds registered components.

    Args:
        init_default_scope: Also make 'fairmot_mm' the default scope of mmengine, so
            that names in a config are looked up here first, then in mmdet, mmcv and
            mmengine. A Runner does so from the config's `default_scope`.
    """
    from mmengine.registry import DefaultScope

    for component in COMPONENTS:
        import_module(f'{SCOPE}.{component}')
    current = DefaultScope.get_current_instance()
    if not init_default_scope or (current and current.scope_name == SCOPE):
        return
    if current is not None:
        warnings.warn(
            f"the default scope was '{current.scope_name}' and is '{SCOPE}' now; to "
            'keep it, call register_all_modules(init_default_scope=False)',
            stacklevel=2,
        )
    # The latest instance counts, and an instance's name cannot be taken twice.
    DefaultScope.get_instance(f'{SCOPE}-{uuid.uuid4()}', scope_name=SCOPE)
