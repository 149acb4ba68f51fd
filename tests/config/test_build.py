import pytest
import torch
from mmengine.config import Config

from fairmot_mm.apis import build_component, build_runner, explain_build_errors
from fairmot_mm.registry import MODELS, TASK_UTILS
from fairmot_mm.utils import ConfigError


@pytest.fixture
def register():
    """Registers a component for the time of a test."""
    registered = []

    def add(registry, component):
        registry.register_module(module=component)
        registered.append((registry, component.__name__))

    yield add
    for registry, name in registered:
        del registry.module_dict[name]


class Faulty(torch.nn.Module):
    """A component of a user, with a mistake in its code."""

    def __init__(self, kind, width=1):
        super().__init__()
        if kind == 'tensor':
            torch.zeros('a')
        elif kind == 'call':
            torch.nn.Linear(3, 4, breadth=width)
        elif kind == 'key':
            dict(a=1)['registry']
        elif kind == 'import':
            import not_installed_at_all  # noqa: F401
        elif kind == 'deep':
            int('a', argument=1)


@pytest.mark.parametrize(
    ('kind', 'error'),
    [
        ('tensor', TypeError),
        ('call', TypeError),
        ('key', KeyError),
        ('import', ImportError),
        ('deep', TypeError),
    ],
)
@pytest.mark.parametrize('is_part', [False, True])
def test_a_mistake_in_code_shows_its_traceback(register, kind, error, is_part):
    """Errors of a component's own code reach the user as they are, from any depth."""
    register(MODELS, Faulty)
    cfg = dict(type='Faulty', kind=kind, width=3)
    if is_part:
        parts = dict.fromkeys(('backbone', 'neck', 'bbox_head', 'reid_head'), cfg)
        cfg = dict(type='FairMOT', detector=dict(type='JDEDetector', **parts))
    with pytest.raises(error) as caught:
        build_component(cfg, MODELS, 'model')
    assert not isinstance(caught.value, ConfigError)
    assert any(entry.name == '__init__' for entry in caught.traceback)


@pytest.mark.parametrize(
    ('config', 'message'),
    [
        (dict(type='CenterHead', in_chanels=8), r"model: CenterHead .*'in_chanels'"),
        (dict(type='JDEDetector'), "JDEDetector lacks .*'backbone', 'neck'"),
        (dict(type='CentreHead'), r"model\.type: CentreHead is not in .*'CenterHead'"),
    ],
)
def test_a_mistake_in_a_config(config, message):
    """It is found before anything is built."""
    with pytest.raises(ConfigError, match=message):
        build_component(config, MODELS, 'model')


def test_inside_a_component_of_another_package():
    """What only mmdet's tracker knows how to build is explained by the registry."""
    tracker = dict(type='ByteTracker', motion=dict(type='KalmanFilter', centre=1))
    with pytest.raises(ConfigError, match="unexpected keyword argument 'centre'"):
        build_component(tracker, MODELS, 'model.tracker')
    tracker['motion'] = dict(type='KalmanFilta')
    with pytest.raises(ConfigError, match=r'KalmanFilta is not in the .*registry'):
        build_component(tracker, MODELS, 'model.tracker')


class PassesOn(torch.nn.Linear):
    """A component that takes any key for its base class."""

    def __init__(self, width, **kwargs):
        super().__init__(width, width, **kwargs)


def test_a_key_that_is_passed_on(register):
    """A class with ``**kwargs`` may pass a key to one that does not know it."""
    register(TASK_UTILS, PassesOn)
    assert build_component(dict(type='PassesOn', width=2, bias=False), TASK_UTILS, 'p')
    with pytest.raises(ConfigError, match="argument 'offset'"):
        build_component(dict(type='PassesOn', width=2, offset=False), TASK_UTILS, 'p')


@pytest.mark.parametrize('error', [TypeError('int + str'), KeyError('a'), OSError()])
def test_other_errors_pass(error):
    """What is not about a config keeps its type and traceback."""
    with pytest.raises(type(error)) as raised, explain_build_errors():
        raise error
    assert raised.value is error


def test_a_package_that_is_missing():
    """The package that a component asks for is an error of the config."""
    message = r'needs a package .*pip install mlflow'
    with pytest.raises(ConfigError, match=message), explain_build_errors():
        raise ImportError('Please run "pip install mlflow" to install mlflow')


def test_a_run_is_checked_before_it_is_built(tmp_path):
    """Also what the Runner builds only when it starts, such as data sets."""
    cfg = Config(
        dict(
            model=dict(type='ToyModel'),
            work_dir=str(tmp_path / 'work'),
            test_dataloader=dict(dataset=dict(type='JDEDatasett'), sampler=None),
        )
    )
    with pytest.raises(ConfigError, match=r'model\.type: ToyModel is not'):
        build_runner(cfg, 'test')
    cfg.model = dict(type='FairMOT', detector=dict(type='ONNXDetector', onnx_file='a'))
    with pytest.raises(ConfigError, match=r'test_dataloader\.dataset\.type: JDEDatase'):
        build_runner(cfg, 'test')
    assert not (tmp_path / 'work').exists()
