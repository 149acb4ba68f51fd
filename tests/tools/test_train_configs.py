"""What tools/train.py does with the configs and data that people have."""

import subprocess
import sys
from pathlib import Path

import pytest

from fairmot_mm.apis import load_config, read_state_dict

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / 'configs/examples/fairmot_dla34-conv_synthetic_pure-python.py'
ONE_EPOCH = """
train_cfg = dict(max_epochs=1, val_begin=99)
default_hooks = dict(checkpoint=dict(save_best=None), logger=dict(interval=1))
"""
WRAPPED = """
part = dict(_base_.train_dataloader.dataset, **train_dataloader.pop('dataset'))
del part['ann_files']
whole = dict(part, ann_files=['street.train'])
train_dataloader['dataset'] = {wrapper}
train_dataloader['dataset']['_delete_'] = True
del part, whole
"""


@pytest.fixture
def fails(run_tool, tmp_path, capfd):
    """Run a tool that fails; gives the line it ends with."""

    def run(config, *options, tool='train'):
        with pytest.raises(SystemExit) as ended:
            run_tool(tool, config, '--work-dir', tmp_path / 'work_dir', *options)
        assert 'Traceback' not in ''.join(capfd.readouterr())
        assert ended.value.code.count('\n') == 0
        assert ended.value.code.startswith('error: ')
        assert not [*tmp_path.rglob('*.pth')]
        return ended.value.code

    return run


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        ('train_cfg.max_epoch=1', "train_cfg: ResumableEpochLoop has no argument 'max"),
        ('train_dataloader.batchsize=1', "did you mean 'batch_size' or"),
        ('optim_wrapper.optimizer.type=Adamw', "did you mean 'AdamW'"),
        ('train_dataloader.dataset.pipeline.9.type=A', '9 is no place from 0 to'),
        ('train_cfg.max_epochs', "'train_cfg.max_epochs' is not of the form KEY=VALUE"),
        ('model.tracker.track_buffer=ten', "takes int for 'track_buffer', not 'ten'"),
        ('tracker.obj_score_thr=0.9', "did you mean 'model.tracker.obj_score_thr'?"),
        ('optim_wrapper.clip_grad=5', "Optional[dict] for 'clip_grad', not 5"),
        (
            'optim_wrapper.paramwise_cfg.custom_keys.bakbone.lr_mult=0.1',
            "no parameter has 'bakbone' in its name (did you mean 'backbone'?)",
        ),
        ('default_hooks.checkpoint.save_best=mot/MOTTA', "did you mean 'mot/MOTA'"),
        ('default_hooks.checkpoint.rule=bigger', 'rule must be greater, less or None'),
        ('train_dataloader.batch_size=99', '8 samples, batch_size=99, drop_last=True'),
        ('train_dataloader.batch_size=0', 'does not fit DataLoader: batch_size should'),
        ('optim_wrapper.optimizer.lr=-1', 'does not fit Adam: Invalid learning rate'),
        (
            'param_scheduler.0.pct_start=2',
            'does not fit PeakOneCycleLR: Expected float',
        ),
        ('train_cfg=None', 'the config has no train_cfg, so it cannot be trained'),
        ('train_dataloader.sampler=None', "train_dataloader lacks the key 'sampler'"),
        ('randomness.sed=1', "randomness has no argument 'sed'"),
    ],
)
def test_mistakes_of_a_command_line(fails, make_config, option, message):
    """One line, before the training, and no checkpoint."""
    assert message in fails(make_config(), '--cfg-options', option)


def test_no_worker(run_tool, make_config, tmp_path):
    """Options of workers do not matter without workers."""
    options = ['num_workers=0', 'persistent_workers=True', 'prefetch_factor=4']
    options = [f'train_dataloader.{option}' for option in options]
    config = make_config(ONE_EPOCH, num_workers=2)
    run_tool('train', config, '--work-dir', tmp_path, '--cfg-options', *options)
    assert (tmp_path / 'epoch_1.pth').is_file()


def test_an_option_is_a_dict(run_tool, make_config, tmp_path, read_scalars):
    """A dict of the command line is one in the run."""
    options = ['--cfg-options', 'optim_wrapper.clip_grad=dict(max_norm=5)']
    run_tool('train', make_config(ONE_EPOCH), '--work-dir', tmp_path, *options)
    assert read_scalars(tmp_path)['train', 1]['grad_norm'] > 0


@pytest.mark.parametrize(
    ('wrapper', 'num_ids', 'num_iters'),
    [
        ("dict(type='RepeatDataset', times=2, dataset=whole)", 6, 8),
        ("dict(type='ConcatDataset', datasets=[whole, whole])", 11, 8),
        (
            "dict(type='ClassBalancedDataset', oversample_thr=0.1, dataset="
            "dict(type='ConcatDataset', datasets=[whole, dict(type='RepeatDataset', "
            'times=2, dataset=whole)]))',
            11,
            12,
        ),
    ],
)
def test_data_sets_in_data_sets(
    run_tool, make_config, tmp_path, read_scalars, capsys, wrapper, num_ids, num_iters
):
    """Identities are counted, all samples trained; the other tools take it, too."""
    config = make_config(WRAPPED.format(wrapper=wrapper) + ONE_EPOCH)
    run_tool('train', config, '--work-dir', tmp_path)
    weights = read_state_dict(tmp_path / 'epoch_1.pth')
    assert len(weights['detector.reid_head.classifier.weight']) == num_ids
    assert len(read_scalars(tmp_path)) == num_iters
    pictures = ['--num-samples', '2']
    run_tool('analysis_tools/browse_dataset', config, tmp_path / 'out', *pictures)
    assert len([*(tmp_path / 'out').iterdir()]) == 2
    with pytest.raises(SystemExit) as ended:
        run_tool('misc/check_dataset', config)
    assert ended.value.code == 0
    assert 'street.train: 8 images' in capsys.readouterr().out


def test_the_number_of_workers_does_not_matter(
    run_tool, make_config, tmp_path, read_scalars
):
    """Also for data sets in data sets, which give each sample its seed."""
    wrapper = "dict(type='RepeatDataset', times=2, dataset=whole)"
    text = WRAPPED.format(wrapper=wrapper) + ONE_EPOCH
    losses = []
    for num_workers in (0, 2):
        config = make_config(text, num_workers=num_workers)
        folder = tmp_path / str(num_workers)
        run_tool('train', config, '--work-dir', folder)
        losses.append([v['loss'] for v in read_scalars(folder).values()])
    assert losses[0] == losses[1]


def test_hooks_of_a_base(run_tool, make_config, tmp_path, log_lines):
    """A list of hooks replaces that of the base, and this is said."""
    base = make_config("custom_hooks = [dict(type='EMAHook', priority=49)]")
    child = tmp_path / 'child.py'
    text = f"_base_ = '{base}'\ncustom_hooks = [dict(type='EmptyCacheHook')]\n"
    child.write_text(text)
    load_config(child)
    assert any('EMAHook is left out' in line for line in log_lines)
    log_lines.clear()
    child.write_text(text.replace('= [dict(', '= [*_base_.custom_hooks, dict('))
    assert [hook.type for hook in load_config(child).custom_hooks] == [
        'EMAHook',
        'EmptyCacheHook',
    ]
    assert not any('left out' in line for line in log_lines)


def test_a_pure_python_config(run_tool, make_config, tmp_path, make_sure):
    """The shipped example trains, and its saved config, yapf and all, tests."""
    data = make_config.data
    options = dict(
        data_root=f'{data}/jde',
        video_root=f'{data}/mot',
        ann_files="['street.train']",
        test_sequences="['b']",
        input_size='(96,64)',
        max_epochs=1,
    )
    options |= {
        'train_dataloader.num_workers': 0,
        'val_dataloader.num_workers': 0,
        'test_dataloader.num_workers': 0,
        'model.detector.backbone.base_channels': 4,
        'model.detector.neck.in_channels': '[16,32,64,128]',
        'model.detector.bbox_head.in_channels': 16,
        'model.detector.reid_head.in_channels': 16,
    }
    words = [f'{key}={value}' for key, value in options.items()]
    command = [sys.executable, ROOT / 'tools/train.py', EXAMPLE, '--work-dir', tmp_path]
    done = subprocess.run(
        [*map(str, command), '--cfg-options', *words], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    saved = tmp_path / EXAMPLE.name
    assert 'PeakOneCycleLR' in saved.read_text()
    assert 'LazyObject' not in saved.read_text()
    weights = make_sure(tmp_path / 'epoch_1.pth', tmp_path)
    run_tool('test', saved, weights, '--work-dir', tmp_path / 'test')
    assert [*(tmp_path / 'test').rglob('b.txt')]
    run_tool(
        'track', EXAMPLE, weights, data / 'mot' / 'b' / 'img1', '--no-video',
        '--out', tmp_path / 'tracks', '--cfg-options', *words,
    )  # fmt: skip
    assert [*(tmp_path / 'tracks').glob('*.txt')]
