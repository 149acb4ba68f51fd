import shutil

import pytest
import torch

from fairmot_mm.apis import read_state_dict

ONE_EPOCH = """
train_cfg = dict(max_epochs=1, val_begin=99)
default_hooks = dict(
    checkpoint=dict(save_best=None), loss_guard=dict(action='skip')
)
"""


def test_enormous_box(damaged, make_config, run_tool, tmp_path):
    """A label of absurd size ends the run in one line that names it."""
    label = next((damaged / 'jde').rglob('labels_with_ids/**/000003.txt'))
    label.write_text('0 1 0.5 0.5 1e9 1e9\n')
    config = make_config(ONE_EPOCH, data=damaged)
    with pytest.raises(SystemExit, match=r'000003\.txt, line 1: box 0\.5 .* divide it'):
        run_tool('train', config, '--work-dir', tmp_path / 'run')
    assert not list((tmp_path / 'run').glob('*.pth'))


def test_nan_in_an_image(make_config, run_ranks, tmp_path):
    """Two processes leave it out, name it, and keep it out of their running means."""
    config = make_config(ONE_EPOCH + "train_pipeline.append(dict(type='SpoilImage'))\n")
    run_ranks(2, 'train', config, '--work-dir', tmp_path)
    log = next(tmp_path.glob('*/*.log')).read_text()
    (left_out,) = (line for line in log.splitlines() if 'left out: iteration' in line)
    assert 'loss nan' in left_out
    assert '000004.jpg' in left_out
    weights = read_state_dict(tmp_path / 'epoch_1.pth')
    assert all(value.isfinite().all() for value in weights.values())
    name = 'detector.backbone.base_layer.1.num_batches_tracked'
    assert weights[name] == 1  # of two


@pytest.mark.parametrize('action', ['stop', 'skip'])
def test_diverging(action, make_config, run_tool, tmp_path):
    """A rate beyond reason: the run ends, at once or after some batches left out."""
    config = make_config(
        ONE_EPOCH.replace("'skip'", f"'{action}', max_skipped=1")
        + 'optim_wrapper = dict(optimizer=dict(lr=1e8))\nparam_scheduler = None\n'
    )
    expected = 'Look at these images' if action == 'stop' else '2 iterations in a row'
    with pytest.raises(SystemExit, match=expected) as ended:
        run_tool('train', config, '--work-dir', tmp_path)
    assert ended.value.code.startswith('error: iteration ')
    assert '.jpg: ' in ended.value.code
    assert not list(tmp_path.glob('*.pth'))


def test_nobody(damaged, make_config, run_tool, tmp_path):
    """Images without people, with people nobody knows or without area, train."""
    labels = sorted((damaged / 'jde').rglob('labels_with_ids/**/*.txt'))
    for number, label in enumerate(labels):
        lines = label.read_text().splitlines()
        unknown = ['0 -1 ' + line.split(' ', 2)[2] + '\n' for line in lines]
        unknown += ['0 1 0.5 0.5 0 0.2\n', '0 1 0.5 0.5 0.1 0\n', '0 1 0.5 0.5 0 0\n']
        label.write_text('' if number < 5 else ''.join(unknown))
    shutil.rmtree(damaged / 'mot')
    config = make_config(
        ONE_EPOCH + 'val_dataloader = val_cfg = val_evaluator = None\n', data=damaged
    )
    options = ['--cfg-options', 'default_hooks.loss_guard.action=stop']
    run_tool('train', config, '--work-dir', tmp_path / 'run', *options)
    weights = torch.load(tmp_path / 'run' / 'epoch_1.pth', weights_only=True)
    assert weights['meta']['iter'] == 4
    assert all(value.isfinite().all() for value in weights['state_dict'].values())
