"""Computing losses in single precision beside a network in mixed precision."""

import torch
from torch import Tensor


def without_autocast(values: Tensor) -> torch.autocast:
    """Switch mixed precision off in a ``with`` block.

    Losses are sums over many cells, people or identities. Mixed precision would round
    the logits of the identities to eight bits, for example.

    Args:
        values: A tensor on the device whose mixed precision is switched off.

    Returns:
        The context manager.
    """
    return torch.autocast(values.device.type, enabled=False)


def in_single_precision(values: Tensor) -> Tensor:
    """Give values at least the precision of float32.

    Args:
        values: Floating-point values of any type.

    Returns:
        The same values, float32 where they were float16 or bfloat16.
    """
    return values.to(torch.promote_types(values.dtype, torch.float32))
