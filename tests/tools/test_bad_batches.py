import shutil

import torch

from fairmot_mm.apis import read_state_dict

ONE_EPOCH = """
train_cfg = dict(max_epochs=1, val_begin=99)
default_hooks = dict(
    checkpoint=dict(save_best=None), loss_guard=dict(action='skip')
)
"""


def test_enormous_box(damaged, make_config, run_ranks, tmp_path):
    """A label of absurd size: two processes leave the batch out and name the image."""
    label = next((damaged / 'jde').rglob('labels_with_ids/**/000003.txt'))
    label.write_text('0 1 0.5 0.5 1e9 1e9\n')
    config = make_config(ONE_EPOCH, data=damaged)
    run_ranks(2, 'train', config, '--work-dir', tmp_path / 'run')
    log = next((tmp_path / 'run').glob('*/*.log')).read_text()
    left_out = [line for line in log.splitlines() if 'left out: iteration' in line]
    assert len(left_out) == 1
    assert '000003.jpg: 1 people, 1 with identity, largest box' in left_out[0]
    weights = read_state_dict(tmp_path / 'run' / 'epoch_1.pth')
    assert all(value.isfinite().all() for value in weights.values())


def test_nobody(damaged, make_config, run_tool, tmp_path):
    """Images without people, or with people nobody knows, train as they can."""
    labels = sorted((damaged / 'jde').rglob('labels_with_ids/**/*.txt'))
    for number, label in enumerate(labels):
        lines = label.read_text().splitlines()
        unknown = ['0 -1 ' + line.split(' ', 2)[2] + '\n' for line in lines]
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
