import pytest
from mmengine.config import Config

from fairmot_mm.apis import load_config
from fairmot_mm.utils import ConfigError

CFG = dict(
    size=(64, 32),
    dead=1,
    lists=['a'],
    model=dict(tracker=dict(obj_score_thr=0.4), neck=[dict(a=1), dict(b=2)]),
    val_cfg=None,
    train_dataloader=dict(dataset=dict(ann_files=['a', 'b'], lists='${lists}')),
    test_pipeline=[dict(type='Letterbox', scale='${size}')],
)


def changed(**options):
    return load_config(
        Config(CFG), {k.replace('__', '.'): v for k, v in options.items()}
    )


def test_places_in_lists():
    """A number is a place in a list of dicts or of anything else."""
    cfg = changed(model__neck__1__b=3, train_dataloader__dataset__ann_files__0='c')
    assert cfg.model.neck == [dict(a=1), dict(b=3)]
    assert cfg.train_dataloader.dataset.ann_files == ['c', 'b']


def test_dicts_are_merged_or_replaced():
    """As in a config file."""
    assert changed(model=dict(x=1)).model.keys() == {'tracker', 'neck', 'x'}
    assert changed(model=dict(x=1, _delete_=True)).model == dict(x=1)
    assert changed(val_cfg=dict(type='ValLoop', _delete_=True)).val_cfg == dict(
        type='ValLoop'
    )


def test_variables():
    """A variable that is used may be set, also where its value is a list."""
    assert changed(size=(8, 8)).test_pipeline[0].scale == (8, 8)
    cfg = changed(train_dataloader__dataset__lists__0='z', size=[1, 1])
    assert cfg.train_dataloader.dataset.lists == ['z']


@pytest.mark.parametrize(
    ('key', 'message'),
    [
        (
            'tracker.obj_score_thr',
            r"\(did you mean 'model\.tracker\.obj_score_thr'\?\)",
        ),
        ('obj_score_thr', r"did you mean 'model\.tracker\.obj_score_thr'"),
        ('dead', "no part of the config uses 'dead'"),
        ('train_dataloder.dataset', "did you mean 'train_dataloader"),
        (
            'model.neck.2.b',
            r'model\.neck is a list of 2, and 2 is no place from 0 to 1',
        ),
        ('model.neck.-1.b', 'and -1 is no place from 0 to 1'),
        ('model.neck.b', 'and b is no place from 0 to 1'),
        ('model.tracker.obj_score_thr.x', r"thr is 0\.4, which has no key 'x'"),
        ('val_cfg.type', r'val_cfg is None, .* as in val_cfg=dict\(type=\.\.\.\)'),
        ('test_pipeline.0.scale.0', r'test_pipeline\.0\.scale is \(64, 32\)'),
    ],
)
def test_an_option_that_leads_nowhere(key, message):
    """One line names the key and what is there."""
    with pytest.raises(ConfigError, match=message) as caught:
        changed(**{key: 1})
    assert '\n' not in str(caught.value)


def test_the_config_stays_as_it_is():
    """Options change a copy, at any depth."""
    given = Config(CFG)
    load_config(given, {'model.tracker.obj_score_thr': 1, 'model.neck.0.a': 2})
    assert given.model.tracker.obj_score_thr == 0.4
    assert given.model.neck[0].a == 1
