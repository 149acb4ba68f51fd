"""What has to hold, and to be registered, before fairmot_mm can work.

Nothing here is imported before it is needed, so that a broken environment is told in
a sentence by `check_environment` and not by the first import that fails.
"""

import uuid
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pickle import UnpicklingError
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
REBUILD = (
    'run `make build-mmcv` in the checkout, or `MMCV_WITH_OPS=1 pip install '
    '--force-reinstall --no-deps --no-build-isolation --no-cache-dir '
    '--no-binary=mmcv mmcv==2.1.0` in an environment of your own'
)


def check_environment() -> None:
    """Check that mmengine, mmcv and mmdet fit and that mmcv has its operators.

    mmcv is easily built without the compiled operators, or kept from a time with
    another torch; without this check either shows up late and says little.

    Raises:
        ImportError: One of them is missing, of another version, or without working
            operators; the message says how to mend it.
    """
    for name, (lowest, limit) in SUPPORTED.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = None
        if found is None or not Version(lowest) <= Version(found) < Version(limit):
            reinstall = f"`pip install '{name}>={lowest},<{limit}'`"
            remedy = f'run `make setup` in the checkout, or {reinstall}'
            raise ImportError(
                f'fairmot_mm works with {name} >= {lowest}, < {limit}, and '
                f'{found or "none"} is installed: '
                f'{REBUILD if name == "mmcv" else remedy}.'
            )
    _check_operators()


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

    mmcv compiled where no CUDA toolkit was found has it for the CPU alone, and one
    compiled for other GPUs fails at its first use.

    Args:
        device: A `torch.device`.

    Raises:
        ConfigError: It does not run there; the message says what to do.
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


def register_all_modules(init_default_scope: bool = True) -> None:
    """Import every part of fairmot_mm that holds registered components.

    Args:
        init_default_scope: Also make 'fairmot_mm' the default scope of mmengine, so
            that names in a config are looked up here first, then in mmdet, mmcv and
            mmengine. A Runner does so by itself from the config's `default_scope`.
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


def allow_checkpoint_types() -> None:
    """Let torch's safe loading accept what mmengine itself writes in a checkpoint.

    Since 2.6, `torch.load` refuses all but tensors and plain containers, and with that
    every checkpoint of mmengine's Runner, which holds the history of logged values and
    the state of schedulers. This adds exactly those types; loading stays safe against
    foreign code.
    """
    import numpy as np
    import torch
    from mmengine.logging import HistoryBuffer
    from mmengine.optim import OneCycleParamScheduler

    functions: dict[str, Any] = {
        '_reconstruct': np.zeros(0).__reduce__()[0],
        'scalar': np.float64(0).__reduce__()[0],
    }
    # numpy 2 moved the module; both names are in circulation.
    numpy_functions = [
        (function, f'numpy.{core}.multiarray.{name}')
        for core in ('core', '_core')
        for name, function in functions.items()
    ]
    dtypes = [type(np.dtype(kind)) for kind in (np.float64, np.int64)]
    torch.serialization.add_safe_globals(
        [
            HistoryBuffer,
            OneCycleParamScheduler,
            (_stored_method, 'builtins.getattr'),
            np.ndarray,
            np.dtype,
            *dtypes,
            *numpy_functions,
        ]
    )


def secure_checkpoint_loading() -> None:
    """Keep code in a checkpoint from running wherever mmengine loads one."""
    from fairmot_mm.utils.safe_loading import secure_mmengine

    secure_mmengine()


def _stored_method(owner: type, name: str) -> Callable:
    """Stand in for `getattr`, by which a pickle names the methods that are stored.

    The real `getattr` would open every attribute of the allowed types to a crafted
    file.

    Raises:
        UnpicklingError: Another attribute, or one of another type, is asked for.
    """
    from mmengine.logging import HistoryBuffer
    from mmengine.optim import OneCycleParamScheduler

    stored = {
        HistoryBuffer: ('min', 'max', 'current', 'mean'),
        OneCycleParamScheduler: ('_annealing_cos', '_annealing_linear'),
    }
    if not isinstance(owner, type) or name not in stored.get(owner, ()):
        raise UnpicklingError(f'a checkpoint may not refer to {owner!r}.{name}')
    return getattr(owner, name)
