"""Mixed precision without loss scaling."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmengine.runner import autocast
from torch import nn

from fairmot_mm.registry import OPTIM_WRAPPERS


@OPTIM_WRAPPERS.register_module()
class BFloat16OptimWrapper(OptimWrapper):
    """Mixed precision with bfloat16, on a GPU or a CPU.

    bfloat16 has the range of single precision, so the loss needs no scaling, and
    mmengine's ``AmpOptimWrapper``, which scales it, refuses to run without a GPU.
    Arguments are those of ``OptimWrapper``.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Run the forward pass in mixed precision."""
        with super().optim_context(model), autocast(dtype=torch.bfloat16):
            yield
