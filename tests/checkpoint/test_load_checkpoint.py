import pytest
import torch
from torch import nn

from fairmot_mm.apis import load_checkpoint
from fairmot_mm.utils import CheckpointError


class Parts(nn.Module):
    """Stands in for FairMOT: a part that infers, two that only training reads."""

    def __init__(self, width=2):
        super().__init__()
        self.detector = nn.Module()
        self.detector.backbone = nn.Linear(3, width)
        self.detector.reid_head = nn.Module()
        self.detector.reid_head.classifier = nn.Linear(width, 4)
        self.detector.task_weighting = nn.Linear(1, 1)


def test_load(tmp_path):
    """All that inference reads is loaded; what only training reads may be absent or
    of another size."""
    source, model = Parts(), Parts()
    content = source.state_dict()
    content = {name: content[name] for name in content if 'task_weighting' not in name}
    content['detector.reid_head.classifier.weight'] = torch.rand(9, 2)
    content['detector.reid_head.classifier.bias'] = torch.rand(9)
    torch.save({'state_dict': content}, tmp_path / 'a.pth')
    load_checkpoint(model, tmp_path / 'a.pth')
    assert torch.equal(model.detector.backbone.weight, source.detector.backbone.weight)
    assert model.detector.reid_head.classifier.weight.shape == (4, 2)


def test_classifier_of_the_same_size_is_loaded(tmp_path):
    """Where identities are the same, the classifier comes too."""
    source, model = Parts(), Parts()
    torch.save(source.state_dict(), tmp_path / 'a.pth')
    load_checkpoint(model, tmp_path / 'a.pth')
    loaded = model.state_dict()
    assert all(torch.equal(loaded[name], w) for name, w in source.state_dict().items())


def test_differences_are_listed(tmp_path):
    """Tensors that are missing, unknown or of another shape are counted and named."""
    content = Parts(width=5).state_dict()
    del content['detector.backbone.bias']
    content |= {f'detector.neck.{k}': torch.zeros(1) for k in range(7)}
    torch.save(content, tmp_path / 'a.pth')
    with pytest.raises(CheckpointError) as error:
        load_checkpoint(Parts(), tmp_path / 'a.pth')
    message = str(error.value)
    assert 'a.pth does not fit' in message
    assert '1 missing: detector.backbone.bias' in message
    assert '7 unknown: detector.neck.0' in message
    assert 'detector.neck.4 and 2 more' in message
    assert '1 of another shape: detector.backbone.weight (5, 3) for (2, 3)' in message


def test_nothing_is_loaded_where_something_does_not_fit(tmp_path):
    """A model stays as it was when its checkpoint is refused."""
    model = Parts()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    content = Parts().state_dict() | {'unknown': torch.zeros(1)}
    torch.save(content, tmp_path / 'a.pth')
    with pytest.raises(CheckpointError):
        load_checkpoint(model, tmp_path / 'a.pth')
    assert all(torch.equal(model.state_dict()[name], v) for name, v in before.items())
