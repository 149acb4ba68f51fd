"""Names of what a model detects."""

from mmengine.config import Config

from fairmot_mm.utils.dataset_configs import inner_datasets


def class_names(cfg: Config) -> tuple[str, ...]:
    """Names of the classes of a config's model, one for each channel of its heatmap.

    Args:
        cfg: Config of a model, perhaps with the data sets of its training or test.

    Returns:
        The names that the data sets have (``metainfo.classes``). A class that has no
        name there is named by its number; the only class of a model is ``pedestrian``.
    """
    names: tuple[str, ...] = ()
    for loader in ('train_dataloader', 'test_dataloader'):
        for dataset, _ in inner_datasets((cfg.get(loader) or {}).get('dataset')):
            names = names or tuple((dataset.get('metainfo') or {}).get('classes', ()))
    count = cfg.model.get('detector', {}).get('bbox_head', {}).get('num_classes', 1)
    if count == 1 and not names:
        return ('pedestrian',)
    return names[:count] + tuple(f'class {k}' for k in range(len(names), count))
