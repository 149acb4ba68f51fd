"""The model without its wrapper for several processes."""

from typing import Any

from mmengine.model import is_model_wrapper


def bare_model(model: Any) -> Any:
    """Take a model out of its wrapper.

    Args:
        model: Model of a Runner; with several processes it is wrapped, for example in
            ``MMDistributedDataParallel``.

    Returns:
        The model itself.
    """
    return model.module if is_model_wrapper(model) else model
