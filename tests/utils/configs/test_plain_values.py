import sys
from pathlib import Path

import pytest
from mmengine.config import Config

from fairmot_mm.apis import build_component, load_config
from fairmot_mm.models import JDETracker
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.configs.plain_values import plain_config

BASE = """
from fairmot_mm.models import JDETracker as Tracker
variable = 0.3
model = dict(tracker=dict(type=Tracker, obj_score_thr='${variable}'))
"""
CHILD = """
from mmengine.config import read_base
from mmengine.hooks import EMAHook

with read_base():
    from .base import *

def double(x):
    return 2 * x

variable = double(0.2)
model.update(tracker=dict(track_buffer=12))
custom_hooks = [dict(type=EMAHook, ema_type='ExpMomentumEMA')]
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a pure-Python config and its base; gives the path."""
    monkeypatch.setattr(sys, 'path', [*sys.path])

    def make(text=CHILD, base=BASE):
        (tmp_path / 'base.py').write_text(base)
        (tmp_path / 'child.py').write_text(text)
        return tmp_path / 'child.py'

    return make


def test_classes_become_names(write):
    """Inheritance, variables and options work; nothing imported is left."""
    cfg = load_config(write(), {'model.tracker.min_box_area': 50})
    assert cfg.to_dict() == dict(
        variable=0.4,
        model=dict(
            tracker=dict(
                type='fairmot_mm.models.trackers.jde_tracker.JDETracker',
                obj_score_thr=0.4,
                track_buffer=12,
                min_box_area=50,
            )
        ),
        custom_hooks=[
            dict(type='mmengine.hooks.ema_hook.EMAHook', ema_type='ExpMomentumEMA')
        ],
    )
    tracker = build_component(cfg.model.tracker, MODELS, 'model.tracker')
    assert isinstance(tracker, JDETracker)


def test_saved_and_read_again(write, tmp_path):
    """What a run saves, formatted by yapf, is the same config."""
    cfg = load_config(write())
    cfg.dump(tmp_path / 'saved.py')
    assert load_config(tmp_path / 'saved.py').to_dict() == cfg.to_dict()


@pytest.mark.parametrize(
    ('line', 'message'),
    [
        (
            'from fairmot_mm.models import JDETraker\nx = dict(type=JDETraker)',
            r'x\.type: JDETraker of .*child\.py, line 1.* ImportError',
        ),
        (
            'import not_there\nx = [dict(type=not_there.A)]',
            r"x\[0\]\.type: A of .*no module 'not_there'",
        ),
        (
            'import torch\nx = dict(dtype=torch.float16)',
            r'x\.dtype = torch\.float16 cannot be written into the saved config',
        ),
        (
            'x = dict(y=float("nan"))',
            r'x\.y = nan cannot be written',
        ),
        ('x = [lambda: 1]', r'x\[0\] = .*lambda'),
    ],
)
def test_what_cannot_be_saved(write, line, message):
    """It is named, before anything is built."""
    with pytest.raises(ConfigError, match=message):
        load_config(write(line))


def test_a_base_of_the_other_kind(write):
    """mmengine's reason is shown in one line."""
    path = write(base="_base_ = './other.py'\n")
    with pytest.raises(
        ConfigError, match='cannot be read: ConfigParsingError'
    ) as caught:
        load_config(path)
    assert '\n' not in str(caught.value)


def test_a_module_beside_the_config(write, tmp_path):
    """Its classes can be imported in the config."""
    (tmp_path / 'my_beside_module.py').write_text('class Mine: ...')
    cfg = load_config(write('from my_beside_module import Mine\nx = dict(type=Mine)'))
    assert cfg.x.type == 'my_beside_module.Mine'


def test_paths():
    """A path becomes a string."""
    assert plain_config(Config(dict(x=[Path('a') / 'b']))).x == ['a/b']


def test_a_call_of_what_is_imported(write):
    """mmengine cannot do this; the line is named."""
    text = 'from fairmot_mm.apis import load_config\n\nx = load_config(3)'
    with pytest.raises(ConfigError, match=r'config cannot call .*child\.py, line 3\)'):
        load_config(write(text))
