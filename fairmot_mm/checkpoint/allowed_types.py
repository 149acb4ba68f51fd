"""The types that safe loading accepts in a checkpoint of mmengine."""

from collections.abc import Callable
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.optim import OneCycleParamScheduler


def allow_checkpoint_types() -> None:
    """Let torch's safe loading accept what mmengine itself writes in a checkpoint.

    Since 2.6, `torch.load` refuses all but tensors and plain containers, and with that
    every checkpoint of mmengine's Runner, which holds the history of logged values and
    the state of schedulers. This adds exactly those types; loading stays safe against
    foreign code.
    """
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


def _stored_method(owner: type, name: str) -> Callable:
    """Stand in for `getattr`, by which a pickle names the methods that are stored.

    The real `getattr` would open every attribute of the allowed types to a crafted
    file.

    Raises:
        UnpicklingError: Another attribute, or one of another type, is asked for.
    """
    stored = {
        HistoryBuffer: ('min', 'max', 'current', 'mean'),
        OneCycleParamScheduler: ('_annealing_cos', '_annealing_linear'),
    }
    if not isinstance(owner, type) or name not in stored.get(owner, ()):
        raise UnpicklingError(f'a checkpoint may not refer to {owner!r}.{name}')
    return getattr(owner, name)
