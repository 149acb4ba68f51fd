"""Weights for measuring where there are none: random, but with something to track."""

import math
from pathlib import Path
from typing import Any

import torch
from mmcv.ops import ModulatedDeformConv2dPack
from mmengine.config import Config
from torch import Tensor, nn

from fairmot_mm.apis import init_model
from fairmot_mm.apis.frame_source import open_source
from fairmot_mm.apis.preparation import Preparation
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import ConfigError, atomic_path

# Spread of the logits of the heat map: few cells pass the threshold of the box head,
# and even in noise no score is so high that it is rounded to 1.
_HEATMAP_STD = 0.4
# Width and height of a person in pixels of the network's input, and how far sizes are
# spread around them, in cells.
_PERSON = (40.0, 100.0)
_SIZE_STD = 0.5


def make_random_checkpoint(
    config: str | Path | Config,
    video: str | Path,
    path: str | Path,
    people: int = 30,
    cfg_options: dict | None = None,
    seed: int = 0,
) -> None:
    """Write weights that were never trained, but find about as much as a crowd has.

    Where they find it means nothing. Statistics of batch norms are those of the first
    frame, deformable convolutions sample about a pixel beside their taps, and the last
    biases of the heads are such that `people` peaks of the first frame pass the
    threshold of the tracker, with boxes of the size of a person. The same video and
    seed give the same weights.

    Args:
        config: Of a `FairMOT` with a `CenterHead`.
        video: What will be tracked.
        path: Checkpoint to write.
        people: Detections above the threshold of the tracker in the first frame.
        cfg_options: Config keys to override.
        seed: Of the weights.

    Raises:
        ConfigError: The model has another box head.
        VideoError: The video cannot be read.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = init_model(config, device='cpu', cfg_options=cfg_options)
        if not hasattr(getattr(model.detector, 'bbox_head', None), 'heatmap'):
            raise ConfigError('random weights need a CenterHead; give a checkpoint')
        images = first_image(model, video)
        with torch.no_grad():
            _spread_offsets(model)
            _settle_statistics(model, images)
            _settle_heads(model, images, people)
    with atomic_path(path) as temporary:
        torch.save({'state_dict': model.state_dict()}, temporary)


def first_image(model: FairMOT, video: str | Path) -> Tensor:
    """(1, 3, H, W) RGB in [0, 1]: the network's input for the first frame."""
    source = open_source(video)
    packed = next(Preparation(model.cfg)(source)).packed
    data = {'inputs': [packed['inputs']], 'data_samples': [packed['data_samples']]}
    return model.data_preprocessor(data, False)['inputs'].flatten(0, 1)


def _spread_offsets(model: FairMOT) -> None:
    """Let deformable convolutions sample beside their taps; they start on them."""
    for module in model.modules():
        if isinstance(module, ModulatedDeformConv2dPack):
            weight = module.conv_offset.weight
            # Of an input that went through batch norm and ReLU: its mean square is 1/2.
            nn.init.normal_(weight, std=math.sqrt(2 / weight[0].numel()))


def _settle_statistics(model: FairMOT, images: Tensor) -> None:
    """Give every batch norm the mean and variance of what reaches it."""
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    model.detector(images, mode='tensor')
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.eval()
        norm.momentum = momentum


def _settle_heads(model: FairMOT, images: Tensor, people: int) -> None:
    """Peaks and boxes of a crowd, see `make_random_checkpoint`."""
    head = model.detector.bbox_head
    maps = model.detector(images, mode='tensor')
    width, height = (side / head.stride for side in _PERSON)
    sides = [width, height] if head.size_type == 'wh' else [width / 2, height / 2] * 2
    _set_outputs(head.size[-1], maps['size'], torch.tensor(sides), _SIZE_STD)
    _set_outputs(head.heatmap[-1], maps['heatmap'], torch.zeros(1), _HEATMAP_STD)
    heatmap = model.detector(images, mode='tensor')['heatmap']
    window = head.decode_settings.local_maximum_kernel
    largest = nn.functional.max_pool2d(heatmap, window, 1, window // 2)
    peaks = heatmap[heatmap == largest].sort(descending=True).values
    threshold = getattr(model.tracker, 'obj_score_thr', 0.4)
    between = peaks[max(people - 1, 0) : people + 1].mean()
    head.heatmap[-1].bias += math.log(threshold / (1 - threshold)) - between


def _set_outputs(layer: Any, outputs: Tensor, mean: Tensor, std: float) -> None:
    """Change a last convolution so that its (B, C, H, W) outputs have these."""
    gain = std / outputs.std(dim=(0, 2, 3)).clamp(min=1e-6)
    layer.weight *= gain[:, None, None, None]
    layer.bias.copy_((layer.bias - outputs.mean(dim=(0, 2, 3))) * gain + mean)
