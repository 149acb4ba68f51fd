"""Eval mode for a moment."""

import pytest
from torch import nn

from fairmot_mm.apis.eval_mode import eval_mode


def test_every_part_gets_its_mode_back():
    """Also after an error."""
    model = nn.Sequential(nn.BatchNorm2d(3), nn.Sequential(nn.Dropout(), nn.ReLU()))
    model.train()
    model[0].eval()
    modes = [part.training for part in model.modules()]
    seen = []
    with pytest.raises(ZeroDivisionError), eval_mode(model):
        _ = seen.extend(part.training for part in model.modules()) or 1 / 0
    assert seen == [False] * len(modes)
    assert [part.training for part in model.modules()] == modes
