"""Find what makes a training fail, with file and line. Exit code 1 on errors."""

import argparse
from pathlib import Path

from fairmot_mm.apis import load_config
from fairmot_mm.datasets.check import KINDS, check_dataset
from fairmot_mm.registry import DATASETS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.cli import add_workers_argument, one_line_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'data', help='data root, or a config whose lists and videos are checked'
    )
    parser.add_argument('--train', nargs='+', default=[], help='lists to train on')
    parser.add_argument(
        '--val',
        nargs='+',
        default=[],
        help='lists, or folders of sequences, to test on',
    )
    parser.add_argument(
        '--num-classes', type=int, default=1, help='number of classes of the labels'
    )
    parser.add_argument(
        '--clipped', action='store_true', help='no box may leave the image (MOT20)'
    )
    parser.add_argument(
        '--decode',
        action='store_true',
        help='decode whole images, not only their headers',
    )
    parser.add_argument(
        '--allow',
        nargs='+',
        default=[],
        choices=KINDS,
        help='kinds of findings that are intended',
    )
    add_workers_argument(parser)
    parser.add_argument(
        '--most', type=int, default=5, help='number of findings shown of each kind'
    )
    return parser.parse_args()


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


@one_line_errors()
def main() -> None:
    """Run the tool."""
    args = parse_args()
    options = {
        key: getattr(args, key)
        for key in ('num_classes', 'clipped', 'decode', 'allow', 'workers')
    }
    report = check_dataset(**(options | what_to_check(args)), show_progress=True)
    print(report.summary(args.most))
    raise SystemExit(1 if report.num_errors else 0)


if __name__ == '__main__':
    main()
