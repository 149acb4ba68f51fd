import os
import signal
from pathlib import Path

import pytest
import torch
from mmengine.fileio import get_file_backend
from mmengine.hooks import CheckpointHook
from mmengine.model import BaseModel
from mmengine.runner import Runner

import fairmot_mm.engine  # noqa: F401 - registers the backend


class OneWeight(BaseModel):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))

    def forward(self, inputs, mode='tensor'):
        return {'loss': self.weight - inputs.mean()}


class FailingDisk:
    """Stands in for Path.write_bytes: half of the bytes, then an error."""

    def __init__(self, monkeypatch):
        self.write_bytes = Path.write_bytes
        monkeypatch.setattr(Path, 'write_bytes', lambda *args: self.fail(*args))

    def fail(self, path, data):
        self.write_bytes(path, data[: len(data) // 2])
        raise OSError(28, 'No space left on device')


@pytest.fixture
def backend():
    return get_file_backend(backend_args=dict(backend='atomic_local'))


def make_runner(work_dir, num_epochs):
    return Runner(
        OneWeight(),
        str(work_dir),
        train_dataloader=dict(
            dataset=[torch.ones(1)] * 2,
            sampler=dict(type='DefaultSampler', shuffle=False),
            batch_size=1,
        ),
        train_cfg=dict(by_epoch=True, max_epochs=num_epochs),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        default_hooks=dict(
            checkpoint=dict(
                type='CheckpointHook',
                interval=1,
                backend_args=dict(backend='atomic_local'),
            )
        ),
        default_scope='mmengine',
        experiment_name=f'{work_dir.name}_{num_epochs}',
    )


def test_checkpoint_hook_writes_through_it(tmp_path, monkeypatch):
    """Checkpoints of a Runner pass through the backend, and can be loaded."""
    written = []
    write_bytes = Path.write_bytes

    def record(path, data):
        written.append(path)
        return write_bytes(path, data)

    monkeypatch.setattr(Path, 'write_bytes', record)
    make_runner(tmp_path, 2).train()
    assert len(written) == 2
    assert not any(path.exists() for path in written)
    assert sorted(path.name for path in tmp_path.glob('*.pth')) == [
        'epoch_1.pth',
        'epoch_2.pth',
    ]
    saved = torch.load(tmp_path / 'epoch_2.pth', weights_only=True)
    assert saved['state_dict']['weight'] == pytest.approx(-0.4)


def test_full_disk_leaves_earlier_checkpoints(tmp_path, monkeypatch):
    """A write that fails leaves what was complete, and nothing else."""
    runner = make_runner(tmp_path, 2)
    saved = []
    save = CheckpointHook.after_train_epoch

    def save_then_fill_the_disk(hook, runner):
        save(hook, runner)
        saved.append((tmp_path / 'epoch_1.pth').read_bytes())
        FailingDisk(monkeypatch)

    monkeypatch.setattr(CheckpointHook, 'after_train_epoch', save_then_fill_the_disk)
    with pytest.raises(OSError, match='No space left'):
        runner.train()
    assert [path.name for path in tmp_path.glob('*.pth')] == ['epoch_1.pth']
    assert (tmp_path / 'epoch_1.pth').read_bytes() == saved[0]


@pytest.mark.parametrize('method', ['put', 'put_text'])
def test_failed_write_leaves_the_old_file(backend, tmp_path, monkeypatch, method):
    """Replacing a file is all or nothing; no temporary file stays."""
    path = tmp_path / 'sub' / 'file.pth'
    old, new = ('old', 'new!') if method == 'put_text' else (b'old', b'new!')
    getattr(backend, method)(old, path)
    with monkeypatch.context() as patch:
        FailingDisk(patch)
        with pytest.raises(OSError, match='No space left'):
            getattr(backend, method)(new, path)
    assert path.read_text() == 'old'
    getattr(backend, method)(new, path)
    assert path.read_text() == 'new!'
    assert list(path.parent.iterdir()) == [path]


def test_killed_while_writing(backend, tmp_path, monkeypatch):
    """Killed in the middle of a write, the file is the old one and whole."""
    path = tmp_path / 'epoch_1.pth'
    backend.put(b'old', path)
    child = os.fork()
    if child == 0:
        disk = FailingDisk(monkeypatch)
        disk.fail = lambda path, data: (
            disk.write_bytes(path, data[:1]),
            os.kill(os.getpid(), signal.SIGKILL),
        )
        backend.put(b'new', path)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert path.read_bytes() == b'old'


def test_unwritable(backend, tmp_path):
    """A folder that cannot be made is named."""
    (tmp_path / 'file').touch()
    with pytest.raises(OSError, match=r'cannot write .*a\.pth: .*; choose a folder'):
        backend.put(b'', tmp_path / 'file' / 'a.pth')
