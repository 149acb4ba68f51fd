from mmengine.config import Config

from fairmot_mm.config.class_names import class_names


def test_class_names():
    """Pedestrians, unless the data sets of the config say otherwise."""
    base = {'detector': {'bbox_head': {'num_classes': 2}}}
    names = {'dataset': {'metainfo': {'classes': ('person', 'car')}}}
    assert class_names(Config(dict(model={}))) == ('pedestrian',)
    assert class_names(Config(dict(model=base))) == ('class 0', 'class 1')
    cfg = Config(dict(model=base, train_dataloader=names))
    assert class_names(cfg) == ('person', 'car')
