import os
import pickle

import pytest
import torch

from fairmot_mm.apis import read_state_dict
from fairmot_mm.utils import CheckpointError


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
