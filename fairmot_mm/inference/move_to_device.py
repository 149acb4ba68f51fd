"""Moving a model to the device that it runs on."""

from typing import TypeVar

from torch import nn

from fairmot_mm.utils.errors import ConfigError
from fairmot_mm.utils.setup_env import check_deformable_convolutions

Model = TypeVar('Model', bound=nn.Module)


def move_to_device(model: Model, device: str) -> Model:
    """Move a model to a device.

    Args:
        model: It is moved in place.
        device: As in ``cpu`` or ``cuda:0``.

    Returns:
        The model.

    Raises:
        ConfigError: The device does not exist or cannot be used; or the model has
            deformable convolutions, and mmcv was not compiled for the device.
    """
    try:
        model.to(device)
    except (AssertionError, RuntimeError) as error:  # torch raises either
        reason = str(error).splitlines()[0]
        raise ConfigError(f'device {device!r} cannot be used: {reason}') from error
    check_deformable_convolutions(model)
    return model
