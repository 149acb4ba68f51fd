"""Checks the data of a config or of lists."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from fairmot_mm.apis import load_config
from fairmot_mm.datasets.check import CheckReport, check_classes, check_dataset
from fairmot_mm.registry import DATASETS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.dataset_configs import inner_datasets, without_pipelines


def what_to_check(args: argparse.Namespace) -> list[dict]:
    """Find data roots, lists and images to test on; one entry for each data root."""
    if not args.data.endswith('.py'):
        if not args.train:
            raise ConfigError('name lists with --train, or give a config')
        # Names are relative to the data root or else to the current folder.
        names = {
            name: name if Path(args.data, name).exists() else Path(name).absolute()
            for name in (*args.train, *args.background, *args.val)
        }
        return [
            dict(
                data_root=args.data,
                train=[names[name] for name in args.train],
                background=[names[name] for name in args.background],
                val=[names[name] for name in args.val],
            )
        ]
    cfg = load_config(args.data)
    jde = DATASETS.get('JDEDataset')
    lists: dict[str, list[str]] = {}
    background: dict[str, list[str]] = {}
    classes: Sequence[str] = ()
    for dataset, _ in inner_datasets(cfg.train_dataloader.dataset):
        if not issubclass(DATASETS.get(dataset.type), jde):
            raise ConfigError(
                f'{args.data}: {dataset.type} has no lists; name the data root'
            )
        lists.setdefault(dataset.data_root, []).extend(dataset.ann_files)
        background.setdefault(dataset.data_root, []).extend(
            dataset.get('background_files', ())
        )
        classes = dataset.get('metainfo', jde.METAINFO)['classes']
    val_images = _images(cfg.get('val_dataloader'))
    return [
        dict(
            data_root=root,
            train=list(dict.fromkeys(names)),
            background=list(dict.fromkeys(background[root])),
            val_images=val_images,
            num_classes=len(classes),
            class_names=classes,
        )
        for root, names in lists.items()
    ]


def _images(loader: dict | None) -> list[str]:
    """Images that a data loader of a config reads."""
    if not loader:
        return []
    dataset = DATASETS.build(without_pipelines(loader['dataset']))
    return [dataset.get_data_info(k)['img_path'] for k in range(len(dataset))]


def check(args: argparse.Namespace) -> None:
    """Print what was found."""
    options = {
        key: getattr(args, key)
        for key in ('num_classes', 'clipped', 'decode', 'allow', 'workers')
    }
    report, parts = CheckReport(), what_to_check(args)
    kind = 'class-without-boxes'
    if len(parts) > 1:  # a class may have its boxes in another one
        options['allow'] = [*args.allow, kind]
    for chosen in parts:
        part = check_dataset(**(options | chosen), show_progress=True)
        report.lists |= part.lists
        report.problems += part.problems
        report.trained_classes |= part.trained_classes
    if len(parts) > 1 and kind not in args.allow:
        names = parts[0]['class_names']
        report.problems += check_classes(report.trained_classes, names, args.data)
    print(report.summary(args.most))
    raise SystemExit(1 if report.num_errors else 0)
