from pathlib import Path

import pytest
import torch
from mmengine.config import Config, ConfigDict

from fairmot_mm.apis import set_num_ids
from fairmot_mm.models import DenseReIDHead
from fairmot_mm.registry import DATASETS, MODELS
from fairmot_mm.utils import ConfigError, DataError

GOLDEN = Path(__file__).parents[1] / 'data' / 'jde'


def training(num_ids=None, **dataset):
    """Config of a training on the golden lists, which need 15 identities."""
    dataset = (
        dict(type='JDEDataset', data_root=str(GOLDEN), ann_files=['A.train', 'B.train'])
        | dataset
    )
    return Config(
        dict(
            model=dict(detector=dict(reid_head=dict(num_ids=num_ids))),
            train_dataloader=dict(
                dataset=dataset | dict(pipeline=[dict(type='NeverBuilt')])
            ),
        )
    )


@pytest.mark.parametrize(('given', 'expected'), [(None, 15), (15, 15), (80, 80)])
def test_number_of_identities(given, expected):
    """It is counted where it is not given; a larger one stays."""
    cfg = training(given)
    set_num_ids(cfg)
    assert cfg.model.detector.reid_head.num_ids == expected
    assert cfg.train_dataloader.dataset.pipeline == [dict(type='NeverBuilt')]


def test_too_few_identities():
    """A number that is too small for the data is refused with the right one."""
    with pytest.raises(ConfigError, match=r'num_ids = 14, but .* needs 15'):
        set_num_ids(training(14))


def test_identities_of_every_class():
    """Classifiers of their own get a count each; one that differs is refused."""
    cfg = training(metainfo=dict(classes=('person', 'car')))
    cfg.model.detector.reid_head.joint_classes = False
    cfg.model.detector.bbox_head = dict(num_classes=2)
    for _ in range(2):
        with pytest.warns(UserWarning, match='no identity of the class car: the netw'):
            set_num_ids(cfg)
        assert cfg.model.detector.reid_head.num_ids == [14, 0]
    cfg.model.detector.reid_head.num_ids = [13, 1]
    with (
        pytest.warns(UserWarning, match='class car'),
        pytest.raises(ConfigError, match=r'num_ids = \[13, 1\].* \[14, 0\]'),
    ):
        set_num_ids(cfg)


def test_more_classes_than_channels():
    """The heatmap needs a channel for every class of the data."""
    with pytest.raises(ConfigError, match=r"'car'\), but .*num_classes = 1"):
        set_num_ids(training(metainfo=dict(classes=('person', 'car'))))


def test_data_and_dataset_errors():
    """A missing list and a misspelt key have different messages."""
    with pytest.raises(DataError, match=r'gone\.train'):
        set_num_ids(training(ann_files=['gone.train']))
    with pytest.raises(ConfigError, match="argument 'ann_flies'"):
        set_num_ids(training(ann_flies=['A.train']))


@pytest.mark.parametrize(
    'cfg',
    [
        dict(model=dict(detector=dict(backbone=dict()))),
        dict(model=dict(detector=dict(reid_head=dict(num_ids=None)))),
        dict(model=dict(type='YOLOX')),
    ],
)
def test_nothing_to_count(cfg):
    """Without a Re-ID head or training data nothing is filled in."""
    cfg = Config(cfg)
    before = ConfigDict(cfg._cfg_dict.to_dict())
    set_num_ids(cfg)
    assert cfg._cfg_dict == before


@MODELS.register_module(force=True)
class HeadWithoutCount(torch.nn.Module):
    """A Re-ID head that needs no number of identities."""

    def __init__(self, in_channels=64):
        super().__init__()


@MODELS.register_module(force=True)
class HeadThatPassesOn(DenseReIDHead):
    """A Re-ID head whose parent needs the number."""

    def __init__(self, margin=0.3, **kwargs):
        super().__init__(**kwargs)


@DATASETS.register_module(force=True)
class CannotCount:
    """A data set of somebody who does not know us: no pipeline, no metainfo."""

    def __len__(self):
        return 3


def test_a_head_without_the_argument():
    """Nothing is written into its config, so that it can be built."""
    cfg = training()
    cfg.model.detector.reid_head = dict(type='HeadWithoutCount', in_channels=8)
    set_num_ids(cfg)
    assert cfg.model.detector.reid_head == dict(type='HeadWithoutCount', in_channels=8)
    MODELS.build(cfg.model.detector.reid_head)


def test_a_head_whose_parent_has_the_argument():
    """The number is counted also if the head passes it on by `**kwargs`."""
    cfg = training()
    cfg.model.detector.reid_head = dict(type='HeadThatPassesOn', margin=0.5)
    set_num_ids(cfg)
    assert MODELS.build(cfg.model.detector.reid_head).num_ids == 15


@pytest.mark.parametrize(
    ('joint', 'missing'), [(True, 'num_ids'), (False, 'num_ids_per_class')]
)
def test_a_dataset_that_cannot_count(joint, missing):
    """The message names the class and both ways out; each of them works."""
    cfg = training()
    cfg.train_dataloader.dataset = dict(type='CannotCount')
    cfg.model.detector.reid_head = dict(type='DenseReIDHead', joint_classes=joint)
    message = rf'CannotCount .* no property {missing}\. .*reid_head\.num_ids to .*'
    with pytest.raises(ConfigError, match=message + 'add the property'):
        set_num_ids(cfg)
    cfg.model.detector.reid_head.num_ids = 7 if joint else [3, 4]
    set_num_ids(cfg)
    assert cfg.model.detector.reid_head.num_ids == (7 if joint else [3, 4])
    cfg.model.detector.reid_head = dict(type='HeadWithoutCount')
    set_num_ids(cfg)


@pytest.mark.parametrize(('given', 'joint'), [([3, 4], True), (15, False), ('x', True)])
def test_a_number_of_the_wrong_form(given, joint):
    """A list in the place of a number, and the other way round, is refused."""
    cfg = training(given)
    cfg.model.detector.reid_head.joint_classes = joint
    with pytest.raises(ConfigError, match='but the training data needs'):
        set_num_ids(cfg)
