import pytest
from mmengine.config import Config

from fairmot_mm.config.check_ranges import check_ranges
from fairmot_mm.utils import ConfigError


@pytest.mark.parametrize(
    ('path', 'value'),
    [
        ('train_cfg.max_epochs', 0),
        ('train_cfg.max_iters', -3),
        ('train_cfg.val_interval', 0),
        ('train_cfg.val_interval', 0.5),
        ('train_dataloader.prefetch_factor', 0),
        ('val_dataloader.prefetch_factor', -1),
        ('randomness.seed', 'abc'),
        ('randomness.seed', -1),
        ('randomness.seed', 1.5),
        ('randomness.seed', 2**32),
        ('env_cfg.mp_cfg.mp_start_method', 'spwan'),
    ],
)
def test_out_of_range(path, value):
    """One line says which key has which value."""
    with pytest.raises(ConfigError, match=f'^{path}.*{value}') as caught:
        check_ranges(Config(nested(path, value)), 'train')
    assert '\n' not in str(caught.value)


def nested(path, value):
    for key in reversed(path.split('.')):
        value = {key: value}
    return value


def test_what_works():
    """Keys at their limits, None, none at all, and those of the other kind of run."""
    check_ranges(Config(dict(train_cfg=dict(max_epochs=1, val_interval=1))), 'train')
    check_ranges(Config(dict(randomness=dict(seed=2**32 - 1))), 'train')
    check_ranges(Config(dict(randomness=dict(seed=None), train_cfg=None)), 'train')
    check_ranges(Config(dict(train_cfg=dict(max_epochs=0))), 'test')
    wrong = Config(dict(test_dataloader=dict(prefetch_factor=0)))
    check_ranges(wrong, 'train')
    with pytest.raises(ConfigError, match=r'test_dataloader\.prefetch_factor = 0'):
        check_ranges(wrong, 'test')
