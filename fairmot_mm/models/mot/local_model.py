"""A model of one of several processes that exchanges nothing with the others."""

from typing import Any

from mmengine.model import BaseModel

# A Runner looks a wrapper up in mmengine's own registry, not in ours.
from mmengine.registry import MODEL_WRAPPERS
from torch import nn


@MODEL_WRAPPERS.register_module()
class LocalModel(nn.Module):
    """Takes the place of mmengine's wrapper where a model has no weights to train.

    PyTorch's wrapper for several processes exchanges gradients. It refuses a model that
    has none, such as one that runs an ONNX file.

    Args:
        module: The model.
    """

    module: BaseModel

    def __init__(self, module: BaseModel) -> None:
        super().__init__()
        self.module = module

    def test_step(self, data: Any) -> Any:
        """Call ``test_step`` of the model."""
        return self.module.test_step(data)

    def val_step(self, data: Any) -> Any:
        """Call ``val_step`` of the model."""
        return self.module.val_step(data)
