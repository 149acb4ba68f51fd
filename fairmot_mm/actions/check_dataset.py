"""Checks the data of a config or of lists."""

import argparse
from pathlib import Path

from fairmot_mm.apis import load_config
from fairmot_mm.datasets.check import check_dataset
from fairmot_mm.registry import DATASETS
from fairmot_mm.utils import ConfigError


def what_to_check(args: argparse.Namespace) -> dict:
    """Find data root, lists and images to test on."""
    if not args.data.endswith('.py'):
        if not args.train:
            raise ConfigError('name lists with --train, or give a config')
        # Names are relative to the data root or else to the current folder.
        names = {
            name: name if Path(args.data, name).exists() else Path(name).absolute()
            for name in (*args.train, *args.val)
        }
        return dict(
            data_root=args.data,
            train=[names[name] for name in args.train],
            val=[names[name] for name in args.val],
        )
    cfg = load_config(args.data)
    train = DATASETS.get('JDEDataset')
    dataset = cfg.train_dataloader.dataset
    if DATASETS.get(dataset.type) is not train:
        raise ConfigError(
            f'{args.data}: {dataset.type} has no lists; name the data root'
        )
    videos = DATASETS.build(cfg.val_dataloader.dataset)
    return dict(
        data_root=dataset.data_root,
        train=list(dataset.ann_files),
        val_images=[videos.get_data_info(k)['img_path'] for k in range(len(videos))],
        num_classes=len(dataset.get('metainfo', train.METAINFO)['classes']),
    )


def check(args: argparse.Namespace) -> None:
    """Print what was found."""
    options = {
        key: getattr(args, key)
        for key in ('num_classes', 'clipped', 'decode', 'allow', 'workers')
    }
    report = check_dataset(**(options | what_to_check(args)), show_progress=True)
    print(report.summary(args.most))
    raise SystemExit(1 if report.num_errors else 0)
