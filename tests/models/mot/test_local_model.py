import torch
from mmengine.model import is_model_wrapper
from mmengine.registry import MODEL_WRAPPERS
from torch import nn

from fairmot_mm.models import LocalModel


class Doubling(nn.Module):
    """A model without weights."""

    def test_step(self, data):
        return 2 * data

    def val_step(self, data):
        return 3 * data


def test_a_model_without_weights():
    """It is known as a wrapper, and hands each call on."""
    model = Doubling()
    wrapped = MODEL_WRAPPERS.build(
        dict(type='LocalModel'), default_args={'module': model}
    )
    assert is_model_wrapper(wrapped)
    assert isinstance(wrapped, LocalModel)
    assert wrapped.module is model
    assert wrapped.test_step(torch.tensor(4)) == 8
    assert wrapped.val_step(torch.tensor(4)) == 12
