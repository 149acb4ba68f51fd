"""Writes pictures of augmented training samples."""

import argparse
from pathlib import Path

import cv2
import numpy as np
from mmdet.models.utils import samplelist_boxtype2tensor
from mmdet.structures import DetDataSample
from mmengine.structures import PixelData

from fairmot_mm.apis import explain_build_errors, load_config
from fairmot_mm.datasets.seeding import SeededIndex
from fairmot_mm.models.utils.center_targets import center_targets
from fairmot_mm.registry import DATASETS
from fairmot_mm.utils import ConfigError, atomic_path, cli
from fairmot_mm.visualization import TrackVisualizer

STRIDE = 4


def choose_indices(args: argparse.Namespace, size: int) -> list[int]:
    """Choose which of ``size`` samples are shown."""
    if args.indices is None:
        count = min(args.num_samples, size)
        return np.linspace(0, size - 1, count).round().astype(int).tolist()
    beyond = [index for index in args.indices if not 0 <= index < size]
    if beyond:
        raise ConfigError(f'--indices {beyond}: the data set has {size} samples')
    return args.indices


def draw_sample(packed: dict, bbox_head: dict, meta: dict) -> np.ndarray:
    """Draw a packed sample as a picture (H, 2W, 3), uint8 BGR."""
    image = np.ascontiguousarray(packed['inputs'].permute(1, 2, 0).numpy())
    sample: DetDataSample = packed['data_samples']
    gt = sample.gt_instances
    samplelist_boxtype2tensor([sample])
    height, width = image.shape[:2]
    shape = (bbox_head.get('num_classes', 1), height // STRIDE, width // STRIDE)
    targets = center_targets([gt], shape, STRIDE, sigma=bbox_head.get('heatmap_sigma'))
    sample.gt_heatmap = PixelData(data=targets.heatmap[0])
    visualizer = TrackVisualizer()
    visualizer.dataset_meta = meta
    return visualizer.draw_sample(image, sample)


def browse_dataset(args: argparse.Namespace) -> None:
    """Write the pictures."""
    cfg = load_config(args.config, args.cfg_options)
    with explain_build_errors():
        dataset = DATASETS.build(cfg.train_dataloader.dataset)
    seed = (cfg.get('randomness') or {}).get('seed') or 0
    bbox_head = cfg.model.detector.bbox_head
    for index in cli.show_progress(choose_indices(args, len(dataset)), 'drawing'):
        packed = dataset[SeededIndex(index, (seed, args.epoch, index))]
        picture = draw_sample(packed, bbox_head, dataset.metainfo)
        stem = Path(packed['data_samples'].img_path).stem
        with atomic_path(args.out_dir / f'{index:06d}_{stem}.jpg') as temporary:
            temporary.write_bytes(cv2.imencode('.jpg', picture)[1].tobytes())
    print(f'pictures in {args.out_dir}')
