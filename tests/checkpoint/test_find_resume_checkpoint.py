import os

import pytest
import torch

from fairmot_mm.apis import find_resume_checkpoint
from fairmot_mm.utils import CheckpointError


def save(path, iteration, mtime=50, *, epoch=0, started='', optimizer=True):
    """A checkpoint of a training, as mmengine writes it."""
    meta = dict(epoch=epoch, iter=iteration, training_started=started)
    content = dict(meta=meta, state_dict=dict(weight=torch.zeros(1)), message_hub={})
    if optimizer:
        content['optimizer'] = {}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(content, path)
    os.utime(path, (mtime, mtime))


def test_most_iterations(tmp_path):
    """Neither names nor times count; a temporary file does not."""
    save(tmp_path / 'epoch_9.pth', 900, mtime=70)
    save(tmp_path / 'iter_800.pth', 800, mtime=80)
    save(tmp_path / 'epoch_10.pth', 1000, mtime=40)
    save(tmp_path / '.epoch_11.abc.pth', 1100, mtime=90)
    (tmp_path / 'last_checkpoint').write_text('')
    assert find_resume_checkpoint(tmp_path) == tmp_path / 'epoch_10.pth'


def test_end_of_an_epoch(tmp_path):
    """Of two files of one iteration, the one of the finished epoch is further."""
    save(tmp_path / 'iter_4.pth', 4, mtime=60)
    save(tmp_path / 'epoch_1.pth', 4, epoch=1)
    assert find_resume_checkpoint(tmp_path) == tmp_path / 'epoch_1.pth'


def test_best_and_published_weights(tmp_path):
    """They lack the optimizer: they do not count where there are others."""
    save(tmp_path / 'best_mot_MOTA_epoch_3.pth', 30, optimizer=False)
    save(tmp_path / 'epoch_2.pth', 20)
    assert find_resume_checkpoint(tmp_path) == tmp_path / 'epoch_2.pth'


def test_the_training_that_started_last(tmp_path):
    """Files that an earlier training left in the folder are not continued."""
    save(tmp_path / 'epoch_30.pth', 300, mtime=90, started='2026-01-01')
    save(tmp_path / 'epoch_2.pth', 20, started='2026-02-01')
    assert find_resume_checkpoint(tmp_path) == tmp_path / 'epoch_2.pth'


@pytest.mark.parametrize(
    ('hook', 'path'),
    [
        (dict(out_dir='{}/other'), 'other/run/epoch_1.pth'),
        (dict(filename_tmpl='state-{}.pt'), 'run/state-7.pt'),
        (dict(filename_tmpl='kept/{}.ckpt'), 'run/kept/7.ckpt'),
        (dict(out_dir='{}/a b[1]', filename_tmpl='x{}'), 'a b[1]/run/x3'),
    ],
)
def test_where_a_hook_saves(hook, path, tmp_path):
    """Folder and names of the checkpoints are those of the config's hooks."""
    if 'out_dir' in hook:
        hook['out_dir'] = hook['out_dir'].format(tmp_path)
    save(tmp_path / path, 7)
    found = find_resume_checkpoint(
        tmp_path / 'run', [None, dict(type='mmengine.CheckpointHook', **hook)]
    )
    assert found == tmp_path / path


def test_of_an_earlier_config(tmp_path):
    """`last_checkpoint` leads to the folder and the name of before the edit."""
    save(tmp_path / 'old/run/state-7.pt', 7)
    (tmp_path / 'run').mkdir()
    last = tmp_path / 'run/last_checkpoint'
    last.write_text(str(tmp_path / 'old/run/state-7.pt'))
    assert find_resume_checkpoint(tmp_path / 'run') == tmp_path / 'old/run/state-7.pt'


def test_a_moved_work_dir(tmp_path):
    """The file that `last_checkpoint` names is looked for beside it too."""
    save(tmp_path / 'run/state-7.pt', 7)
    (tmp_path / 'run/last_checkpoint').write_text('/gone/run/state-7.pt')
    assert find_resume_checkpoint(tmp_path / 'run') == tmp_path / 'run/state-7.pt'


def test_no_checkpoint(tmp_path):
    """A run without one has none, nor has one that never was.

    Weights of another training, to start from, are none either.
    """
    torch.save(dict(state_dict=dict(weight=torch.zeros(1))), tmp_path / 'start.pth')
    (tmp_path / 'notes.pth').write_text('no checkpoint')
    assert find_resume_checkpoint(tmp_path) is None
    assert find_resume_checkpoint(tmp_path / 'gone') is None


def test_never_starts_over(tmp_path):
    """Where there was a training that cannot be continued, that is an error."""
    save(tmp_path / 'epoch_3.pth', 30, optimizer=False)
    with pytest.raises(CheckpointError, match=r'epoch_3\.pth has weights, but no'):
        find_resume_checkpoint(tmp_path)
    (tmp_path / 'epoch_3.pth').unlink()
    (tmp_path / 'last_checkpoint').write_text('/gone/epoch_3.pth')
    with pytest.raises(CheckpointError, match=r'names /gone/epoch_3\.pth, which'):
        find_resume_checkpoint(tmp_path)


def test_storage_that_cannot_be_searched(tmp_path):
    """The user is asked for the name."""
    hook = dict(type='CheckpointHook', out_dir='s3://bucket')
    with pytest.raises(CheckpointError, match='s3://bucket cannot be searched'):
        find_resume_checkpoint(tmp_path, [hook])


def test_damaged_checkpoints_are_named(tmp_path, capsys):
    """A damaged one is passed over; where all are, that is an error."""
    save(tmp_path / 'epoch_1.pth', 10, mtime=50)
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
