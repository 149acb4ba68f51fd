import functools

import pytest
from mmengine.registry import Registry

from fairmot_mm.config.check_component import check_component
from fairmot_mm.registry import HOOKS, MODELS, OPTIMIZERS, TRANSFORMS
from fairmot_mm.utils import ConfigError

PARTS = Registry('part')


@PARTS.register_module()
class Plain:
    def __init__(self, width, depth=2, *, name='a'):
        pass


@PARTS.register_module()
class Open:
    def __init__(self, width, **kwargs):
        pass


@PARTS.register_module()
def make_part(width, depth=2):
    """A function that gives a part."""


def old_names(function):
    """Like mmcv's decorator that still takes the old name of an argument."""

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        kwargs.setdefault('width', kwargs.pop('breadth', None))
        return function(*args, **kwargs)

    return wrapper


@PARTS.register_module()
class Renamed:
    @old_names
    def __init__(self, width):
        pass


PARTS.register_module(name='Partial', module=functools.partial(make_part, width=3))
PARTS.register_module(name='Builtin', module=dict)


@pytest.mark.parametrize(
    ('config', 'message'),
    [
        (dict(type='Plain', width=1, dept=3), r"p: Plain has no argument 'dept' \(did"),
        (dict(type='Plain', width=1, dept=3), r"\(did you mean 'depth'\?\)"),
        (dict(type='Plain', width=1, x=3), r"'x' \(it has width, depth, name\)"),
        (dict(type=Plain, width=1, x=3), "Plain has no argument 'x'"),
        (dict(type='Plain'), "p: Plain lacks the required arguments: 'width'"),
        (dict(type='Open', x=1), "Open lacks the required arguments: 'width'"),
        (dict(type='make_part', width=1, x=3), "make_part has no argument 'x'"),
        (dict(type='Plane'), r"p\.type: Plane is not in the part registry \(.*'Plain'"),
        (dict(type=3), r'p\.type: 3 is not in the part registry'),
    ],
)
def test_mistakes(config, message):
    """The message has place, class and key, and what was meant."""
    with pytest.raises(ConfigError, match=message):
        check_component(config, PARTS, 'p')


@pytest.mark.parametrize(
    'config',
    [
        dict(type='Plain', width=1),
        dict(type='Plain', width=1, name='b', _scope_='mmengine'),
        dict(type=Plain, width=1),
        dict(type='Open', width=1, anything=2),
        dict(type='make_part', width=1),
        dict(type='Renamed', breadth=1),
        dict(type='Partial', depth=1),
        dict(type='Builtin', anything=2),
        dict(without='type'),
        Plain(1),
        None,
    ],
)
def test_whatever_builds_passes(config):
    """Nothing is refused that the registry would build."""
    check_component(config, PARTS, 'p')
    if isinstance(config, dict) and 'type' in config:
        PARTS.build(config)


def test_what_the_builder_adds_and_takes_out():
    """An optimizer gets the weights, a hook's priority is read by the Runner."""
    sgd = dict(type='SGD', lr=0.1)
    check_component(sgd, OPTIMIZERS, 'p', given=['params'])
    with pytest.raises(ConfigError, match="SGD lacks the required arguments: 'params'"):
        check_component(sgd, OPTIMIZERS, 'p')
    hook = dict(type='EmptyCacheHook', priority='LOW')
    check_component(hook, HOOKS, 'p', extra=['priority'])
    with pytest.raises(ConfigError, match="has no argument 'priority'"):
        check_component(hook, HOOKS, 'p')


def test_names_of_other_packages():
    """With a prefix, with ``_scope_``, or by inheritance."""
    for resize in (
        dict(type='mmdet.RandomCrop', crop_size=(8, 8)),
        dict(type='RandomCrop', _scope_='mmdet', crop_size=(8, 8)),
        dict(type='RandomCrop', crop_size=(8, 8)),
    ):
        check_component(resize, TRANSFORMS, 'p')
        with pytest.raises(ConfigError, match="no argument 'cropsize'"):
            check_component(resize | dict(cropsize=8), TRANSFORMS, 'p')


MODEL = dict(
    type='FairMOT',
    detector=dict(
        type='JDEDetector',
        backbone=dict(type='DLANet'),
        neck=[dict(type='FPN', in_channels=[64], out_channels=8, num_outs=1)],
        bbox_head=dict(type='CenterHead', loss_size=dict(type='L1Loss')),
        reid_head=dict(type='DenseReIDHead'),
    ),
    tracker=dict(type='JDETracker', camera_motion=dict(type='SparseFlowMotion')),
)


@pytest.mark.parametrize(
    ('place', 'change', 'message'),
    [
        (
            'detector',
            dict(nek=1),
            r"model\.detector: JDED.* no argument 'nek'",
        ),
        ('detector.backbone', dict(type='DLANet2'), r'backbone\.type: DLANet2 is not'),
        ('detector.neck.0', dict(num_out=1), r'model\.detector\.neck\[0\]: FPN has no'),
        (
            'detector.bbox_head.loss_size',
            dict(loss_wieght=1),
            r"model\.detector\.bbox_head\.loss_size: L1Loss .*'loss_weight'",
        ),
        ('tracker', dict(track_bufer=1), r"model\.tracker: .*'track_buffer'"),
        (
            'tracker.camera_motion',
            dict(downscal=1),
            r"model\.tracker\.camera_motion: .*'downscale'",
        ),
        (
            'tracker',
            dict(motion=dict(type='Kalman')),
            r'motion\.type: Kalman is not in',
        ),
    ],
)
def test_parts_of_a_model(place, change, message):
    """What our own classes build is checked with them, with its place."""
    model = changed(MODEL, place.split('.'), change)
    with pytest.raises(ConfigError, match=message):
        check_component(model, MODELS, 'model')


def changed(node, keys, change):
    """A copy of a config with another component at a place."""
    if not keys:
        return {**node, **change}
    if isinstance(node, list):
        number = int(keys[0])
        return [
            changed(v, keys[1:], change) if k == number else v
            for k, v in enumerate(node)
        ]
    return {**node, keys[0]: changed(node[keys[0]], keys[1:], change)}


def test_dicts_of_other_packages_are_theirs():
    """mmdet's ResNet takes a key out of ``dcn`` before it builds it."""
    resnet = dict(
        type='ResNet',
        depth=18,
        dcn=dict(type='DCN', deform_groups=1, fallback_on_stride=False),
        norm_cfg=dict(type='BN', requires_grad=True),
    )
    check_component(resnet, MODELS, 'model')
