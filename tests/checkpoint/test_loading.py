import os
import pickle

import pytest
import torch
from torch import nn

from fairmot_mm.apis import find_resume_checkpoint, load_checkpoint, read_state_dict
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


class MakeFolder:
    """Runs code while it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def weights(**extra):
    return {'a.weight': torch.ones(2), **extra}


@pytest.mark.parametrize(
    'content',
    [
        weights(),
        {'state_dict': weights(), 'epoch': 3, 'optimizer': {'lr': 0.1}},
        {'state_dict': weights(count=3)},
        {'module.a.weight': torch.ones(2)},
        {'state_dict': {'module.a.weight': torch.ones(2)}, 'meta': {}},
    ],
)
def test_forms(tmp_path, content):
    """A bare dict, one under state_dict, names of DataParallel: the same weights."""
    torch.save(content, tmp_path / 'a.pth')
    state_dict = read_state_dict(tmp_path / 'a.pth')
    assert list(state_dict) == ['a.weight']
    assert torch.equal(state_dict['a.weight'], torch.ones(2))


@pytest.mark.parametrize('content', [{}, {'state_dict': {}}, [1, 2], {'epoch': 3}, 7])
def test_no_weights(tmp_path, content):
    """A file that torch can read and that has no weights is refused."""
    torch.save(content, tmp_path / 'a.pth')
    with pytest.raises(CheckpointError, match=r'a\.pth holds no weights'):
        read_state_dict(tmp_path / 'a.pth')


def test_missing(tmp_path):
    """A checkpoint that does not exist is named."""
    with pytest.raises(CheckpointError, match=r'checkpoint .*gone\.pth does not exist'):
        read_state_dict(tmp_path / 'gone.pth')


@pytest.mark.parametrize('legacy', [False, True])
@pytest.mark.parametrize('part', [0.0, 0.01, 0.5, 0.99])
def test_truncated(tmp_path, part, legacy):
    """A file that is cut off anywhere, of either format, is called damaged."""
    path = tmp_path / 'a.pth'
    torch.save({'w': torch.rand(999)}, path, _use_new_zipfile_serialization=not legacy)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    with pytest.raises(CheckpointError, match=r'a\.pth cannot be read: it is damaged'):
        read_state_dict(path)


@pytest.mark.parametrize('content', [b'<html>', b'\x89PNG\r\n', b'hello world'])
def test_not_a_checkpoint(tmp_path, content):
    """Another file under the name of a checkpoint is said to be none."""
    (tmp_path / 'a.pth').write_bytes(content)
    with pytest.raises(CheckpointError, match='damaged, cut off, or not a PyTorch'):
        read_state_dict(tmp_path / 'a.pth')


def save_pickle(content, path):
    path.write_bytes(pickle.dumps(content, protocol=2))


@pytest.mark.parametrize('save', [torch.save, save_pickle])
def test_code_is_not_run(tmp_path, save):
    """A pickle that would run code is refused, and the code does not run."""
    save({'x': MakeFolder(tmp_path / 'run')}, tmp_path / 'a')
    with pytest.raises(
        CheckpointError, match=r'a was refused: .* would run code \(\w+\.mkdir\)'
    ):
        read_state_dict(tmp_path / 'a')
    assert not (tmp_path / 'run').exists()


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


def touch(path, mtime):
    torch.save(dict(state_dict=dict(weight=torch.zeros(1))), path)
    os.utime(path, (mtime, mtime))


def test_newest_checkpoint(tmp_path):
    """The one that was written last; `last_checkpoint`, which a kill can leave empty,
    and the best checkpoint do not count."""
    for name, mtime in (
        ('epoch_9.pth', 50),
        ('epoch_10.pth', 60),
        ('iter_800.pth', 40),
        ('best_mot_MOTA_epoch_10.pth', 70),
        ('.epoch_11.abc.pth', 80),
    ):
        touch(tmp_path / name, mtime)
    (tmp_path / 'last_checkpoint').write_text('')
    assert find_resume_checkpoint(tmp_path) == tmp_path / 'epoch_10.pth'


def test_checkpoints_of_the_same_second(tmp_path):
    """Where clocks cannot tell, the higher number is newer."""
    for number in (9, 10, 8):
        touch(tmp_path / f'epoch_{number}.pth', 50)
    assert find_resume_checkpoint(tmp_path) == tmp_path / 'epoch_10.pth'


def test_no_checkpoint(tmp_path):
    """A run without one has none, nor has one that never was."""
    assert find_resume_checkpoint(tmp_path) is None
    assert find_resume_checkpoint(tmp_path / 'gone') is None


def test_damaged_checkpoints_are_named(tmp_path, capsys):
    """A damaged one is passed over; where all are, that is an error."""
    torch.save(dict(state_dict=dict(weight=torch.zeros(1))), tmp_path / 'epoch_1.pth')
    data = (tmp_path / 'epoch_1.pth').read_bytes()
    (tmp_path / 'epoch_2.pth').write_bytes(data[:-30])
    assert find_resume_checkpoint(tmp_path) == tmp_path / 'epoch_1.pth'
    printed = ''.join(capsys.readouterr())
    assert 'epoch_2.pth cannot be read' in printed
    assert f'going on from the one before, {tmp_path / "epoch_1.pth"}' in printed
    (tmp_path / 'epoch_1.pth').unlink()
    with pytest.raises(
        CheckpointError, match=r'no checkpoint of .*epoch_2\.pth cannot'
    ):
        find_resume_checkpoint(tmp_path)
