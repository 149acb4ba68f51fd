"""Each config of configs/examples/training does what it says, on a tiny network."""

import re
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.model import convert_sync_batchnorm
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from fairmot_mm.apis import load_config
from fairmot_mm.datasets.label_index import index_labels
from fairmot_mm.datasets.teacher_embeddings import TeacherEmbeddings
from fairmot_mm.models import JDEDetector
from fairmot_mm.registry import MODELS

EXAMPLES = Path(__file__).parents[2] / 'configs/examples/training'
# Four iterations, unless the example is about validation.
ONE_EPOCH = """
train_cfg = dict(max_epochs=1, val_begin=99)
default_hooks['checkpoint'] = dict(save_best=None)
"""
NOT_FUSED = 'optim_wrapper = dict(optimizer=dict(fused=False))\n'
FIRST_STAGES = ('detector.backbone.base_layer.', 'detector.backbone.level0.')


@pytest.fixture
def train(make_config, run_tool, tmp_path, read_scalars):
    """Train an example; gives its checkpoint and its logged values by iteration."""

    def run(name, extra=ONE_EPOCH):
        config = make_config(extra, bases=[str(EXAMPLES / f'{name}.py')])
        run_tool('train', config, '--work-dir', tmp_path)
        scalars = read_scalars(tmp_path)
        logged = [values for (phase, _), values in scalars.items() if phase == 'train']
        newest = max(
            tmp_path.glob('epoch_*.pth'), key=lambda path: path.stat().st_mtime
        )
        return torch.load(newest, weights_only=True), logged

    return run


def initial_weights(name, make_config):
    config = make_config(ONE_EPOCH, bases=[str(EXAMPLES / f'{name}.py')])
    cfg = load_config(config, {'model.detector.reid_head.num_ids': 6})
    return MODELS.build(cfg.model)


def test_every_example_has_a_test():
    """Nothing is shown that is not tried here."""
    tests = re.findall(
        r"(?:train|initial_weights)\(\n? *'([a-z0-9-]+)'", Path(__file__).read_text()
    )
    assert {path.stem for path in EXAMPLES.glob('*.py')} == set(tests)


def test_accumulation(train):
    """Four iterations are one update."""
    checkpoint, _ = train('accumulation')
    steps = {
        state['step'].item() for state in checkpoint['optimizer']['state'].values()
    }
    assert steps == {1}


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs a GPU')
def test_amp_float16(train):
    """The loss is scaled, and the scale is in the checkpoint."""
    checkpoint, _ = train('amp-float16')
    assert checkpoint['optimizer']['loss_scaler']['scale'] > 1


def test_amp_bfloat16(train, monkeypatch):
    """The forward pass runs in bfloat16, the weights stay in single precision."""
    dtypes = set()
    extract_feat = JDEDetector.extract_feat

    def record(self, inputs):
        features = extract_feat(self, inputs)
        dtypes.add(features[0].dtype)
        return features

    monkeypatch.setattr(JDEDetector, 'extract_feat', record)
    checkpoint, logged = train('amp-bfloat16')
    assert dtypes == {torch.bfloat16}
    assert len(logged) == 4
    weights = checkpoint['state_dict'].values()
    assert {value.dtype for value in weights} == {torch.float32, torch.int64}


def test_channels_last(train):
    """The weights are saved in the layout in which they were trained."""
    checkpoint, logged = train('channels-last')
    weight = checkpoint['state_dict']['detector.backbone.level2.tree1.conv1.weight']
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert not weight.is_contiguous()
    assert len(logged) == 4


def test_fused_optimizer(train):
    """The optimizer is told so, and its weights are those of the other one."""
    checkpoint, logged = train('fused-optimizer')
    assert checkpoint['optimizer']['param_groups'][0]['fused']
    _, plain = train('fused-optimizer', ONE_EPOCH + NOT_FUSED)
    losses = [values['loss'] for values in logged]
    assert losses == pytest.approx([values['loss'] for values in plain], rel=1e-4)


def test_compile(train, make_config, run_tool, tmp_path):
    """Beside averaged weights and bfloat16, and resumed: the weights of plain runs."""
    settings = (
        "optim_wrapper = dict(type='BFloat16OptimWrapper')\n"
        "custom_hooks = [dict(type='EMAHook', priority=49){}]\n"
    )
    # Traced, but run by PyTorch: generating code for the network takes minutes.
    hook = ", dict(type='CompileNetworkHook', backend='eager')"
    two_epochs = ONE_EPOCH.replace('max_epochs=1', 'max_epochs=2')
    # Two iterations an epoch.
    larger = 'train_dataloader.update(batch_size=4)\n'
    found = []
    for extra in (settings.format(hook) + larger, settings.format('') + larger):
        train('compile', ONE_EPOCH + extra)
        config = make_config(two_epochs + extra, bases=[str(EXAMPLES / 'compile.py')])
        run_tool('train', config, '--work-dir', tmp_path, '--resume')
        found.append(torch.load(tmp_path / 'epoch_2.pth', weights_only=True))
        for file in tmp_path.glob('epoch_*.pth'):
            file.unlink()
    compiled, plain = found
    for kind in ('state_dict', 'ema_state_dict'):
        torch.testing.assert_close(compiled[kind], plain[kind])


def test_ema(train, monkeypatch):
    """Both kinds of weights are saved and differ; the averaged ones are validated."""
    validated, extract_feat = [], JDEDetector.extract_feat

    def record(self, inputs):
        if not self.training:
            validated.append(self.bbox_head.heatmap[0].weight.clone())
        return extract_feat(self, inputs)

    monkeypatch.setattr(JDEDetector, 'extract_feat', record)
    extra = ONE_EPOCH + 'train_cfg.update(val_begin=1, val_interval=1)\n'
    checkpoint, _ = train('ema', extra + "val_evaluator = dict(type='MOTMetric')\n")
    name = 'detector.bbox_head.heatmap.0.weight'
    averaged, plain = (
        checkpoint['state_dict'][name],
        checkpoint['ema_state_dict'][f'module.{name}'],
    )
    assert not torch.equal(averaged, plain)
    assert validated
    assert all(torch.equal(weight, averaged) for weight in validated)


def test_sync_bn(make_config):
    """With several processes every batch norm becomes a synchronised one."""
    model = initial_weights('sync-bn', make_config)
    model = convert_sync_batchnorm(model, load_config(EXAMPLES / 'sync-bn.py').sync_bn)
    names = [type(module).__name__ for module in model.modules()]
    assert 'SyncBatchNorm' in names
    assert 'BatchNorm2d' not in names


def test_clipping(train):
    """Large gradients are scaled to the norm: momentum starts as the gradient."""
    extra = ONE_EPOCH + (
        "sgd = dict(_delete_=True, type='SGD', lr=1.0, momentum=0.9)\n"
        'optim_wrapper = dict(optimizer=sgd)\n'
        'param_scheduler = None\n'
        'train_dataloader.update(batch_size=8)\n'
    )
    checkpoint, logged = train('clipping', extra)
    assert len(logged) == 1
    assert logged[0]['grad_norm'] > 10
    states = checkpoint['optimizer']['state'].values()
    norms = torch.stack([state['momentum_buffer'].norm() for state in states])
    assert norms.norm().item() == pytest.approx(10, rel=1e-4)


def test_freezing(train, make_config, monkeypatch):
    """The first stages keep weights and statistics, the others do not."""
    start, extract_feat = {}, JDEDetector.extract_feat

    def record(self, inputs):
        if not start:
            start.update((name, p.clone()) for name, p in self.named_parameters())
        return extract_feat(self, inputs)

    monkeypatch.setattr(JDEDetector, 'extract_feat', record)
    checkpoint, _ = train('freezing')
    state = checkpoint['state_dict']
    kept = {
        f'detector.{name}'
        for name, weight in start.items()
        if torch.equal(weight, state[f'detector.{name}'])
    }
    assert kept == {n for n in state if n.startswith(FIRST_STAGES)} & {
        f'detector.{name}' for name in start
    }
    for name, value in state.items():
        if name.startswith(FIRST_STAGES) and name.endswith('running_mean'):
            assert not value.any(), name
        if name.startswith(FIRST_STAGES) and name.endswith('num_batches_tracked'):
            assert value == 0
    assert state['detector.backbone.level1.1.running_mean'].any()
    model = initial_weights('freezing', make_config)
    frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
    assert frozen
    assert all(name.startswith(FIRST_STAGES) for name in frozen)
    trained = [p for p in model.parameters() if p.requires_grad]
    assert len(checkpoint['optimizer']['state']) == len(trained)


def test_checkpointing(train):
    """Deep stages run twice an iteration: their batch norms count eight of four."""
    checkpoint, _ = train('checkpointing')
    counts = {
        name.split('.')[2]: value.item()
        for name, value in checkpoint['state_dict'].items()
        if name.startswith('detector.backbone.') and 'num_batches' in name
    }
    assert counts['level3'] == 4
    assert counts['level4'] == counts['level5'] == 8


def test_scaled_lr(train):
    """Half the images, half the rate."""
    _, logged = train('scaled-lr')
    assert {values['lr'] for values in logged} == {1e-3 / 2}


def test_warm_up(train):
    """From a thousandth of the rate upwards."""
    _, logged = train('warm-up')
    rates = [values['lr'] for values in logged]
    assert rates[0] == pytest.approx(1e-6)
    assert rates == sorted(set(rates))


def test_early_stopping(train):
    """Without a gain in three validations after the first the run ends."""
    extra = 'train_cfg = dict(max_epochs=9, val_interval=1)\n'
    extra += "val_evaluator = dict(type='MOTMetric')\n"
    extra += 'optim_wrapper = dict(optimizer=dict(lr=0.0))\nparam_scheduler = None\n'
    checkpoint, _ = train('early-stopping', extra)
    assert checkpoint['meta']['epoch'] == 4


def test_layer_wise_lr(train, make_config):
    """Backbone, neck and heads have rates of their own."""
    checkpoint, logged = train('layer-wise-lr')
    groups = checkpoint['optimizer']['param_groups']
    names = [
        n for n, _ in initial_weights('layer-wise-lr', make_config).named_parameters()
    ]
    rates = {(n.split('.')[1], g['lr']) for n, g in zip(names, groups, strict=True)}
    assert rates == {
        ('backbone', 1e-4),
        ('neck', 5e-4),
        ('bbox_head', 1e-3),
        ('reid_head', 1e-3),
        ('task_weighting', 1e-3),
    }
    parts = {
        'detector.backbone.lr': 1e-4,
        'detector.neck.lr': 5e-4,
        'detector.lr': 1e-3,
    }
    assert {name: logged[0][name] for name in parts} == parts


def test_sample_images(train, tmp_path):
    """Pictures arrive in both back-ends; the weights are those of a run without."""
    extra = ONE_EPOCH.replace('val_begin=99', 'val_interval=1')
    extra += "val_evaluator = dict(type='MOTMetric')\n"
    drawing = "custom_hooks = [dict(type='SampleVisualizationHook', interval={})]\n"
    quiet, _ = train('sample-images', extra + drawing.format(0))
    checkpoint, _ = train('sample-images', extra + drawing.format(2))
    for name, value in quiet['state_dict'].items():
        assert torch.equal(checkpoint['state_dict'][name], value), name
    newest = max(tmp_path.glob('*/vis_data'))
    names = ['train_0', 'train_1', 'val_b_000002', 'val_b_000004']
    stored = {path.name for path in (newest / 'vis_image').iterdir()}
    assert stored == {
        f'{name}_{step}.png'
        for name in names
        for step in ([2, 4] if name.startswith('train') else [1])
    }
    events = EventAccumulator(str(newest)).Reload()
    assert sorted(events.Tags()['images']) == names
    for name, panels in zip(names, [3, 3, 4, 4], strict=True):
        event = events.Images(name)[-1]
        picture = cv2.imdecode(
            np.frombuffer(event.encoded_image_string, np.uint8), cv2.IMREAD_COLOR
        )
        path = newest / 'vis_image' / f'{name}_{event.step}.png'
        np.testing.assert_array_equal(picture, cv2.imread(str(path)))
        assert picture.shape == (64, panels * 96, 3)
        # The target's peaks are red, the colour of the first class.
        target = picture[:, -2 * 96 : -96].astype(int)
        assert (target[..., 2] - target[..., :2].max(axis=2) > 120).any()


@pytest.mark.parametrize('package', ['wandb', 'mlflow'])
def test_missing_package(package, make_config, run_tool, monkeypatch, tmp_path):
    """One line names what pip installs."""
    monkeypatch.setitem(sys.modules, package, None)
    config = make_config(ONE_EPOCH, bases=[str(EXAMPLES / f'{package}.py')])
    with pytest.raises(SystemExit, match=f'error: .*"pip install {package}"') as ended:
        run_tool('train', config, '--work-dir', tmp_path)
    assert '\n' not in ended.value.code


def test_wandb(train, monkeypatch, tmp_path):
    """A run is written that `wandb sync` takes."""
    pytest.importorskip('wandb')
    monkeypatch.setenv('WANDB_MODE', 'offline')
    train('wandb')
    assert list(tmp_path.glob('*/vis_data/wandb/offline-run-*/*.wandb'))


def test_mlflow(train, monkeypatch, tmp_path):
    """Values, pictures and the config arrive in the data base."""
    mlflow = pytest.importorskip('mlflow')
    monkeypatch.chdir(tmp_path)
    hooks = "[dict(type='SampleVisualizationHook', interval=2, num_images=1)]"
    train('mlflow', ONE_EPOCH + f'custom_hooks = {hooks}\n')
    client = mlflow.MlflowClient('sqlite:///mlflow.db')
    (run,) = client.search_runs(
        [client.get_experiment_by_name('fairmot').experiment_id]
    )
    history = client.get_metric_history(run.info.run_id, 'heatmap')
    assert [metric.step for metric in history] == [1, 2, 3, 4]
    pictures = client.list_artifacts(run.info.run_id, 'images')
    names = [Path(picture.path).name for picture in pictures]
    assert names
    assert all(name.startswith('train_0') for name in names)


def test_metric_reid(train, make_config, run_tool, tmp_path):
    """No classifier, people who occur again; stopped and resumed, no trace is left."""
    two_epochs = ONE_EPOCH.replace('max_epochs=1', 'max_epochs=2')
    larger = 'train_dataloader.update(batch_size=4)\n'
    checkpoint, logged = train('metric-reid', two_epochs + larger)
    names = [name for name in checkpoint['state_dict'] if '.reid_head.' in name]
    assert names == [n for n in names if n.startswith('detector.reid_head.embedding.')]
    assert len(logged) == 4
    assert all(values['metric'] > 0 for values in logged)
    work_dir = tmp_path / 'stopped'
    stopper = "custom_hooks = [dict(type='SignalHook', number=15, at_iter=2)]\n"
    bases = [str(EXAMPLES / 'metric-reid.py')]
    config = make_config(two_epochs + larger + stopper, bases=bases)
    with pytest.raises(SystemExit, match='143'):
        run_tool('train', config, '--work-dir', work_dir)
    config = make_config(two_epochs + larger, bases=bases)
    run_tool('train', config, '--work-dir', work_dir, '--resume')
    resumed = torch.load(work_dir / 'epoch_2.pth', weights_only=True)
    for name, value in checkpoint['state_dict'].items():
        assert torch.equal(resumed['state_dict'][name], value), name


def test_partial_classifier(train, make_config):
    """A tenth of the identities, and those in the batch, move in an iteration."""
    extra = ONE_EPOCH + (
        "model['detector']['reid_head']['num_ids'] = 500\n"
        'train_dataloader.update(batch_size=8)\n'
    )
    checkpoint, _ = train('partial-classifier', extra)
    name = 'detector.reid_head.classifier.weight'
    weight = checkpoint['state_dict'][name]
    assert weight.shape[0] == 500
    moments = [
        state['exp_avg']
        for state in checkpoint['optimizer']['state'].values()
        if state['exp_avg'].shape == weight.shape
    ]
    assert moments[0].any(dim=1).sum() == 50


def test_distillation(train, make_config, tmp_path):
    """The loss of the teacher is logged, and its embeddings are found by the list."""
    root = make_config.data / 'jde'
    index = index_labels(f'{root}/street.train', str(root), None)
    embeds = np.random.default_rng(0).normal(size=(len(index.rows), 5))
    digest = np.zeros(32, np.uint8)
    TeacherEmbeddings.of(index, embeds, digest, tmp_path / 'street.npz').save()
    files = f"['{tmp_path}/street.npz']"
    extra = f"train_dataloader['dataset']['teacher_embeds'] = {files}\n"
    _, logged = train('distillation', ONE_EPOCH + extra)
    assert len(logged) == 4
    assert all(values['distill'] > 0 for values in logged)
