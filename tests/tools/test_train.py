import json
import signal
from importlib.metadata import version
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from fairmot_mm.apis import find_resume_checkpoint, read_state_dict
from fairmot_mm.engine import ResumeHook

TOOL = Path(__file__).parents[2] / 'tools' / 'train.py'
# An epoch of a run; schedules stay those of the whole.
ONE_EPOCH = """
train_cfg = dict(max_epochs=1, val_begin=99)
default_hooks = dict(checkpoint=dict(save_best=None), logger=dict(interval=1))
"""


def test_what_a_run_leaves(trained):
    """Checkpoints, the best one, logs for people and programs, the config."""
    config, work_dir = trained
    names = {path.name for path in work_dir.glob('*.pth')}
    epochs = {f'epoch_{epoch}.pth' for epoch in (1, 2, 3)}
    best = {name for name in names if name.startswith('best_mot_MOTA_epoch_')}
    assert len(best) == 1
    assert names == epochs | best
    assert len(list(work_dir.glob('*/vis_data/events.out.tfevents.*'))) == 1
    assert len(list(work_dir.glob('*/*.log'))) == 1
    saved = Config.fromfile(work_dir / config.name)
    assert saved.model.detector.reid_head.num_ids == 6  # 5 people, 1 stays unused


def test_record(trained):
    """What the run was made of and every validation, in JSON beside the log."""
    config, work_dir = trained
    (folder,) = (path.parent for path in work_dir.glob('*/record.json'))
    record = json.loads((folder / 'record.json').read_text())
    assert record['config'] == str(config)
    assert f'--work-dir {work_dir}' in record['command']
    assert record['seed'] == 317
    assert record['packages']['torch'] == version('torch')
    assert record['environment']['PyTorch'] == torch.__version__
    metrics = json.loads((folder / 'metrics.json').read_text())
    assert [entry['epoch'] for entry in metrics] == [1, 2, 3]
    assert [entry['iteration'] for entry in metrics] == [4, 8, 12]
    last = metrics[-1]
    assert list(last['sequences']) == ['b']
    assert last['overall']['mot/FN'] == last['sequences']['b']['mot/FN']
    assert not any(name.endswith('/b') for name in last['overall'])


def test_log_leaves_sequences_to_the_table(trained):
    """The line of a validation has the scores of all sequences together."""
    (log,) = trained[1].glob('*/*.log')
    lines = [line for line in log.read_text().splitlines() if 'mot/MOTA: ' in line]
    assert len(lines) == 3
    assert not any('mot/MOTA/b' in line for line in lines)


def test_logged_values(trained, read_scalars):
    """Every iteration logs all losses, every epoch the scores of the sequence."""
    scalars = read_scalars(trained[1])
    assert [key for key in scalars if key[0] == 'train'] == [
        ('train', step) for step in range(1, 13)
    ]
    names = {'loss', 'heatmap', 'size', 'offset', 'id', 's_det', 's_id', 'lr'}
    assert names <= set(scalars['train', 12])
    for epoch in (1, 2, 3):
        assert {'mot/MOTA', 'mot/HOTA', 'mot/IDF1/b'} <= set(scalars['val', epoch])


def test_what_a_checkpoint_holds(trained):
    """Identity classifier and task weights are in it, for a run that goes on."""
    weights = read_state_dict(trained[1] / 'epoch_3.pth')
    assert weights['detector.reid_head.classifier.weight'].shape == (6, 16)
    for task, start in (('det', -1.85), ('id', -1.05)):
        value = weights[f'detector.task_weighting.log_vars.{task}']
        assert value != start
        assert value == pytest.approx(start, abs=0.1)


def test_killed_and_resumed(
    trained, run_tool, start_tool, make_config, read_scalars, tmp_path
):
    """Killed in the second epoch and resumed, a run ends as if nothing had been.

    Logged values and weights are equal to the last bit.
    """
    work_dir = tmp_path / 'work_dir'
    kill = f"dict(type='SignalHook', number={signal.SIGKILL:d}, at_iter=5)"
    config = make_config(f'custom_hooks = [{kill}]')
    killed = start_tool('train', config, '--work-dir', work_dir)
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    assert list(read_scalars(work_dir))[-1] == ('train', 5)
    left = list(work_dir.glob('*.pth'))
    assert find_resume_checkpoint(work_dir) == work_dir / 'epoch_1.pth'
    assert {len(read_state_dict(path)) for path in left} == {
        len(read_state_dict(trained[1] / 'epoch_1.pth'))
    }

    run_tool('train', make_config(), '--work-dir', work_dir, '--resume')
    straight, resumed = read_scalars(trained[1]), read_scalars(work_dir)
    assert next(iter(resumed)) == ('train', 5)
    assert list(resumed)[-1] == ('val', 3)
    assert resumed == {key: straight[key] for key in resumed}
    expected = read_state_dict(trained[1] / 'epoch_3.pth')
    weights = read_state_dict(work_dir / 'epoch_3.pth')
    assert weights.keys() == expected.keys()
    assert all(torch.equal(weights[name], expected[name]) for name in expected)


def test_interrupted_by_hand(run_tool, make_config, tmp_path, monkeypatch, capsys):
    """One line, the status of an interrupt, and what was saved can be gone on from."""

    def press(self, runner, *_):
        if runner.epoch == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(ResumeHook, 'before_train_epoch', press)
    with pytest.raises(SystemExit) as ended:
        run_tool('train', make_config(), '--work-dir', tmp_path)
    assert ended.value.code == 130
    assert capsys.readouterr().err.endswith(
        'interrupted: --resume continues from the newest checkpoint\n'
    )
    assert find_resume_checkpoint(tmp_path) == tmp_path / 'epoch_1.pth'


def test_same_seed(trained, run_tool, make_config, tmp_path):
    """Two runs of a seed give equal weights to the last bit; another seed does not.

    The schedule is one for three epochs, of which one is run; images are loaded in this
    process, as the number of workers must not matter.
    """
    expected = read_state_dict(trained[1] / 'epoch_1.pth')
    for seed, equal in ((317, True), (318, False)):
        config = make_config(f'randomness = dict(seed={seed})\n' + ONE_EPOCH)
        run_tool('train', config, '--work-dir', tmp_path)
        weights = read_state_dict(tmp_path / 'epoch_1.pth')
        assert weights.keys() == expected.keys()
        same = [torch.equal(weights[name], expected[name]) for name in expected]
        assert all(same) == equal


def test_resume_without_checkpoint(run_tool, make_config, tmp_path, capsys):
    """--resume of a run that has no checkpoint yet starts it, and says so."""
    run_tool('train', make_config(ONE_EPOCH), '--work-dir', tmp_path, '--resume')
    assert 'no checkpoint' in capsys.readouterr().out
    assert (tmp_path / 'epoch_1.pth').is_file()


def test_scaled_learning_rate(run_tool, make_config, tmp_path, read_scalars):
    """A quarter of the batch size gives a quarter of the rate; options are obeyed."""
    config = make_config(
        'auto_scale_lr = dict(base_batch_size=8)\n'
        'optim_wrapper = dict(optimizer=dict(lr=1e-3))\n'
        'param_scheduler = None\n'
    )
    options = ['train_cfg.max_epochs=1', 'train_cfg.val_begin=9']
    options = ['--auto-scale-lr', '--cfg-options', *options]
    run_tool('train', config, '--work-dir', tmp_path, *options)
    scalars = read_scalars(tmp_path)
    assert len(scalars) == 4
    assert {values['lr'] for values in scalars.values()} == {1e-3 / 4}


@pytest.fixture
def fails(run_tool, tmp_path, capfd):
    """Run a training that fails; gives the line it ends with."""

    def run(config, *options, work_dir=tmp_path / 'work_dir'):
        with pytest.raises(SystemExit) as ended:
            run_tool('train', config, '--work-dir', work_dir, *options)
        assert 'Traceback' not in ''.join(capfd.readouterr())
        assert ended.value.code.count('\n') == 0
        assert ended.value.code.startswith('error: ')
        return ended.value.code

    return run


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        ('model.detector.backbone.depht=34', "argument 'depht'"),
        ('model.detector.neck.type=DLADown', 'DLADown is not in'),
        ('train_dataloder.batch_size=4', "did you mean 'train_dataloader'?"),
        ('model.detector.reid_head.num_ids=3', 'the training data needs 6'),
        ("train_dataloader.dataset.ann_files=['gone.train']", 'gone.train: No such'),
        ('load_from=gone.pth', 'gone.pth does not exist'),
        ("val_dataloader.dataset.sequences=['gone']", 'gone is not a folder'),
    ],
)
def test_wrong_option(fails, make_config, option, message):
    """What is wrong with the config is said in one line."""
    assert message in fails(make_config(), '--cfg-options', option)


def test_starting_weights_are_missing(fails, tmp_path, monkeypatch):
    """A published experiment names the file it starts from and who publishes it."""
    monkeypatch.chdir(tmp_path)
    leaf = TOOL.parents[1] / 'configs/fairmot/fairmot_dla34_2xb6-30e_mot17.py'
    message = fails(leaf)
    assert message.startswith('error: pretrained/ctdet_coco_dla_2x.pth does not exist')
    assert 'xingyizhou/CenterNet' in message


def test_auto_scale_lr_needs_a_base(fails, make_config):
    """--auto-scale-lr says which key of the config it needs."""
    config = make_config('auto_scale_lr = dict(_delete_=True)\n')
    assert 'auto_scale_lr.base_batch_size' in fails(config, '--auto-scale-lr')


@pytest.mark.skipif(torch.cuda.is_available(), reason='there is a GPU')
def test_amp_needs_a_gpu(fails, make_config):
    """mmengine's mixed precision has no CPU form; that is said in a line."""
    assert '--amp needs a GPU' in fails(make_config(), '--amp')
    config = make_config("optim_wrapper = dict(type='AmpOptimWrapper')\n")
    assert "type='AmpOptimWrapper' (float16) needs a GPU" in fails(config)


def test_work_dir_is_no_folder(fails, make_config, tmp_path):
    """A work dir that cannot be made is named."""
    (tmp_path / 'file').touch()
    work_dir = tmp_path / 'file' / 'work_dir'
    assert f'{work_dir}: Not a directory' in fails(make_config(), work_dir=work_dir)


def test_label_with_five_columns(fails, make_config, damaged):
    """The label file and its line are named before training starts."""
    label = next((damaged / 'jde').rglob('labels_with_ids/**/000003.txt'))
    label.write_text('0 1 0.5 0.5 0.1\n')
    assert f'{label}, line 1: 5 columns' in fails(make_config(data=damaged))


@pytest.mark.parametrize('num_workers', [0, 2])
def test_damaged_image(fails, make_config, damaged, num_workers):
    """An image that cannot be decoded is named, also where a worker met it."""
    image = next((damaged / 'jde').rglob('images/**/000005.jpg'))
    image.write_bytes(b'')
    config = make_config(data=damaged, num_workers=num_workers)
    assert f'error: {image} cannot be decoded' in fails(config)


def test_resume_from_damaged_checkpoint(fails, make_config, tmp_path):
    """A checkpoint that is cut off is named before anything is loaded."""
    (tmp_path / 'half.pth').write_bytes(b'PK\x03\x04')
    assert 'half.pth cannot be read' in fails(
        make_config(), '--resume', tmp_path / 'half.pth'
    )
