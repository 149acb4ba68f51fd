import os

import pytest
import torch

from fairmot_mm.apis import find_resume_checkpoint
from fairmot_mm.utils import CheckpointError


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
    assert (
        f'continues from the checkpoint before it, {tmp_path / "epoch_1.pth"}'
        in printed
    )
    (tmp_path / 'epoch_1.pth').unlink()
    with pytest.raises(
        CheckpointError, match=r'no checkpoint of .*epoch_2\.pth cannot'
    ):
        find_resume_checkpoint(tmp_path)
