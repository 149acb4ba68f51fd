"""`--resume` of a training whose config, folders or data were edited."""

import shutil

import pytest
import torch

from fairmot_mm.apis import read_state_dict

RUN = """
train_cfg = dict(max_epochs={}, val_begin=99)
default_hooks = dict(checkpoint=dict(save_best=None))
param_scheduler = [dict(type='MultiStepLR', by_epoch=True, milestones=[9])]
"""


@pytest.fixture(scope='module')
def started(make_config, run_tool, tmp_path_factory):
    """Work dir of the first of two epochs."""
    work_dir = tmp_path_factory.mktemp('started')
    run_tool('train', make_config(RUN.format(1)), '--work-dir', work_dir)
    return work_dir


@pytest.fixture
def work_dir(started, tmp_path):
    """A copy to continue."""
    return shutil.copytree(started, tmp_path / 'run')


def iteration(path):
    return torch.load(path, weights_only=True)['meta']['iter']


@pytest.mark.parametrize(
    'edit',
    [
        'out_dir={}/other',
        'filename_tmpl=state-{}.pt',
        'by_epoch=False',
    ],
)
def test_another_place(edit, work_dir, make_config, run_tool, tmp_path):
    """Another folder, other names: the run goes on, and old files stay as they were."""
    before = (work_dir / 'epoch_1.pth').read_bytes()
    edit = edit.replace('{}/', f'{tmp_path}/')
    options = ['--resume', '--cfg-options', f'default_hooks.checkpoint.{edit}']
    config = make_config(RUN.format(2))
    run_tool('train', config, '--work-dir', work_dir, *options)
    assert (work_dir / 'epoch_1.pth').read_bytes() == before
    found = [*tmp_path.rglob('*.pth'), *tmp_path.rglob('*.pt')]
    assert max(map(iteration, found)) == 8
    config = make_config(RUN.format(3))  # back to the first names
    run_tool('train', config, '--work-dir', work_dir, '--resume')
    assert iteration(work_dir / 'epoch_3.pth') == 12


def test_resume_in_the_config(work_dir, make_config, run_tool):
    """`resume=True` means `--resume`."""
    options = ['--cfg-options', 'resume=True']
    (work_dir / 'last_checkpoint').unlink()
    config = make_config(RUN.format(2))
    run_tool('train', config, '--work-dir', work_dir, *options)
    log = max(work_dir.glob('*/*.log')).read_text()
    assert 'resumed epoch: 1, iter: 4' in log


@pytest.mark.parametrize('value', ['yes', 'no', 3])
def test_resume_is_a_truth_value(value, work_dir, make_config, run_tool):
    """Any other word is refused: `no` would continue the training."""
    config = make_config(RUN.format(2))
    with pytest.raises(SystemExit, match=f'resume = .*{value}.* must be True or False'):
        run_tool(
            'train', config, '--work-dir', work_dir, '--cfg-options', f'resume={value}'
        )


def test_a_second_training(work_dir, make_config, run_tool, capsys):
    """Without `--resume` the user is told; after that the newer training counts."""
    options = ['--cfg-options', 'default_hooks.checkpoint.filename_tmpl=new_{}.pth']
    config = make_config(RUN.format(1))
    run_tool('train', config, '--work-dir', work_dir, *options)
    assert 'has checkpoints of an earlier training (epoch_1.pth' in (
        capsys.readouterr().out
    )
    config = make_config(RUN.format(2))
    run_tool('train', config, '--work-dir', work_dir, '--resume')
    log = max(work_dir.glob('*/*.log')).read_text()
    assert 'new_1.pth' in log


@pytest.mark.parametrize(
    ('edit', 'message'),
    [
        (
            "model['detector']['reid_head']['embed_dims'] = 8",
            r'another one .*reid_head.*embed_dims \(16 became 8\)',
        ),
        (
            "model['detector']['bbox_head'] = dict(num_classes=2)",
            r'num_classes \(.* became 2\)',
        ),
        (
            "optim_wrapper = dict(optimizer=dict(_delete_=True, type='SGD', lr=0.1))",
            'state of Adam, and the optimizer is SGD',
        ),
        (
            "param_scheduler = [dict(type='CosineAnnealingLR', T_max=9)]",
            'state of MultiStepLR by epoch, not of CosineAnnealingLR',
        ),
    ],
    ids=['embedding', 'classes', 'optimizer', 'schedule'],
)
def test_refused_edits(edit, message, work_dir, make_config, run_tool):
    """One line, before a weight is loaded; the files stay."""
    config = make_config(RUN.format(2) + edit + '\n')
    arguments = [config, '--work-dir', work_dir, '--resume']
    with pytest.raises(SystemExit, match=message) as refused:
        run_tool('train', *arguments)
    assert refused.value.code.startswith('error: ')
    assert '\n' not in refused.value.code
    assert not (work_dir / 'epoch_2.pth').exists()


def test_edits_that_count_or_not(work_dir, make_config, run_tool):
    """The log says of each which value counts."""
    edits = """
optim_wrapper = dict(optimizer=dict(lr=0.5), accumulative_counts=2)
param_scheduler[0]['milestones'] = [1]
"""
    config = make_config(RUN.format(2) + edits)
    run_tool('train', config, '--work-dir', work_dir, '--resume')
    log = max(work_dir.glob('*/*.log')).read_text()
    (line,) = (line for line in log.splitlines() if 'CHECKPOINT counts' in line)
    restored, _, config_counts = line.partition('the config counts for')
    assert 'optimizer.lr (0.0015 became 0.5)' in restored
    assert 'milestones.0 (9 became 1)' in restored
    assert 'accumulative_counts (None became 2)' in config_counts
    assert 'train_cfg.max_epochs (1 became 2)' in config_counts
    rates = torch.load(work_dir / 'epoch_2.pth', weights_only=True)['optimizer']
    assert {group['lr'] for group in rates['param_groups']} == {1.5e-3}


def test_weights_only(work_dir, make_config, run_tool):
    """Weights of a checkpoint that was saved without its state are no start."""
    torch.save(
        dict(state_dict=read_state_dict(work_dir / 'epoch_1.pth')),
        work_dir / 'published.pth',
    )
    arguments = ['--work-dir', work_dir, '--resume', work_dir / 'published.pth']
    with pytest.raises(SystemExit, match='not the state of a training'):
        run_tool('train', make_config(RUN.format(2)), *arguments)
