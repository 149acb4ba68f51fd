"""tools/test.py with every back-end and with every hook and option of the examples."""

import copy
from pathlib import Path

import pytest
from mmengine.hooks import EMAHook, Hook

from fairmot_mm.apis import init_model
from fairmot_mm.inference import export_onnx
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils import read_mot

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / 'configs/examples/training'
# Those of `EXPORTED` need the package of their name.
BACKENDS = ('pytorch', 'onnxruntime', 'openvino')
EXPORTED = BACKENDS[1:]
SHIPPED = (
    ROOT / 'configs/fairmot/fairmot_yolov5s-lite_1xb8-14e_street.py',
    ROOT / 'fairmot_mm/model_zoo/fairmot_yolov5s-lite.pth',
)
TRACKERS = {'mlflow', 'wandb'}  # packages that are not dependencies


class CopyingHook(Hook):
    """A hook of a user that copies the model before a run."""

    def before_run(self, runner):
        self.copied = copy.deepcopy(runner.model)


class OwnEMAHook(EMAHook):
    """An averaging hook of a user."""


@pytest.fixture(scope='module', autouse=True)
def own_hooks():
    for hook in (CopyingHook, OwnEMAHook):
        HOOKS.register_module(name=hook.__name__, module=hook, force=True)
    yield
    for hook in (CopyingHook, OwnEMAHook):
        HOOKS.module_dict.pop(hook.__name__)


@pytest.fixture(scope='module')
def weights(trained, make_sure, make_config, tmp_path_factory):
    """Weights that find people everywhere, and the same as an ONNX file."""
    folder = tmp_path_factory.mktemp('weights')
    sure = make_sure(trained[1] / 'epoch_3.pth', folder)
    export_onnx(init_model(make_config(), sure, 'cpu'), folder / 'a.onnx', (96, 64))
    return {'pytorch': sure, **dict.fromkeys(EXPORTED, folder / 'a.onnx')}


@pytest.fixture(scope='module')
def expected(weights, make_config, run_tool, tmp_path_factory):
    """Frames and identities of the tracks of PyTorch, without any hook."""
    out = tmp_path_factory.mktemp('expected')
    run_tool('test', make_config(), weights['pytorch'], '--work-dir', out)
    rows = read_mot(out / 'results/b.txt')
    assert len(rows.ids) > 4
    return list(zip(rows.frames, rows.ids, strict=True))


@pytest.fixture
def tracks(run_tool, tmp_path):
    """Frames and identities as tools/test.py gives them with a config and weights."""

    def run(config, checkpoint, *options):
        run_tool('test', config, checkpoint, '--work-dir', tmp_path, *options)
        rows = read_mot(tmp_path / 'results/b.txt')
        return list(zip(rows.frames, rows.ids, strict=True))

    return run


def require(backend):
    if backend in EXPORTED:
        pytest.importorskip(backend)


@pytest.mark.parametrize('backend', BACKENDS)
@pytest.mark.parametrize(
    'hooks',
    [
        "custom_hooks = [dict(type='EMAHook', momentum=0.1, priority=49)]",
        "custom_hooks = [dict(type='OwnEMAHook')]",
        "custom_hooks = [dict(type='CopyingHook')]",
        "default_hooks = dict(ema=dict(type='mmengine.EMAHook'))",
    ],
)
def test_hooks_that_copy_the_model(
    hooks, backend, tracks, weights, expected, make_config
):
    """A hook may average or copy the model, whatever runs it."""
    require(backend)
    checkpoint = weights['pytorch']
    assert tracks(make_config(hooks), checkpoint, '--backend', backend) == expected


@pytest.mark.parametrize('backend', EXPORTED)
@pytest.mark.parametrize(
    'name',
    sorted(path.stem for path in EXAMPLES.glob('*.py') if path.stem not in TRACKERS),
)
def test_every_example_with_an_onnx_file(
    name, backend, tracks, weights, expected, make_config
):
    """What a config says about its training does not keep an ONNX file from running."""
    require(backend)
    config = make_config(bases=[str(EXAMPLES / f'{name}.py')])
    assert tracks(config, weights[backend], '--backend', backend) == expected


@pytest.mark.parametrize('backend', BACKENDS)
def test_two_processes(backend, weights, expected, run_ranks, make_config, tmp_path):
    """Every process runs the network in its own back-end."""
    require(backend)
    arguments = [make_config(), weights[backend], '--work-dir', tmp_path]
    run_ranks(2, 'test', *arguments, '--backend', backend)
    rows = read_mot(tmp_path / 'results/b.txt')
    assert list(zip(rows.frames, rows.ids, strict=True)) == expected


@pytest.mark.parametrize('backend', BACKENDS)
def test_the_shipped_model(backend, run_tool, street, tmp_path):
    """The config and the weights that come with the project run in every back-end."""
    require(backend)
    options = [
        f'test_dataloader.dataset.data_root={street}/mot',
        'test_dataloader.dataset.sequences=[b]',
    ]
    arguments = ['--work-dir', tmp_path, '--backend', backend, '--cfg-options']
    run_tool('test', *SHIPPED, *arguments, *options)
    assert (tmp_path / 'results/b.txt').exists()
