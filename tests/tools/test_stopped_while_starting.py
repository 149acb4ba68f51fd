"""Signals to the whole job while the processes that load images are starting."""

import signal

import pytest

from fairmot_mm.apis import find_resume_checkpoint

SHORT = """
train_cfg = dict(max_epochs=3, val_interval=1)
default_hooks = dict(
    checkpoint=dict(interval=9, save_best=None), flag_exchange=dict(interval=1)
)
train_dataloader['persistent_workers'] = False
val_dataloader['num_workers'] = 1
custom_hooks = [
    dict(
        type='StopWhileWorkersStart', moment='{}', epoch={}, number={}, rank={},
        folder='{}',
    )
]
"""


@pytest.fixture
def stopped(make_config, start_ranks, tmp_path):
    """Run processes that get a signal; gives work dir, statuses and what they print."""

    def run(num_ranks, *where):
        config = make_config(SHORT.format(*where, tmp_path), num_workers=1)
        work_dir = tmp_path / 'run'
        processes, logs = start_ranks(
            num_ranks, 'train', config, '--work-dir', work_dir
        )
        for process in processes:
            process.join(120)
        codes = [process.exitcode for process in processes]
        return work_dir, codes, ''.join(log.read_text() for log in logs)

    return run


@pytest.mark.parametrize(
    ('num_ranks', 'moment', 'epoch', 'rank', 'expected'),
    [
        (1, 'before_train_epoch', 0, 0, 1),
        (1, 'before_val_epoch', 1, 0, 5),
        (2, 'before_train_epoch', 1, 1, 3),
        (2, 'before_val_epoch', 2, 0, 5),
    ],
)
def test_saved(num_ranks, moment, epoch, rank, expected, stopped):
    """SIGTERM when an epoch or a validation begins: the run saves and ends."""
    work_dir, codes, printed = stopped(num_ranks, moment, epoch, 15, rank)
    assert codes == [128 + signal.SIGTERM] * num_ranks, printed
    assert find_resume_checkpoint(work_dir).name == f'iter_{expected}.pth', printed
    assert 'Traceback' not in printed


def test_interrupted(stopped):
    """Ctrl-C, which a terminal sends to all of them: one line, status 130."""
    _, codes, printed = stopped(1, 'before_train_epoch', 1, 2, 0)
    assert codes == [130], printed
    assert 'interrupted: --resume continues from the newest checkpoint' in printed
    assert 'Traceback' not in printed
