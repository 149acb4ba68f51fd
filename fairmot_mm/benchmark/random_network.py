"""Random networks that nevertheless find something to track."""

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from mmengine.config import Config
from torch import Tensor, nn

from fairmot_mm.apis import init_model
from fairmot_mm.apis.preparation import Preparation
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import ConfigError, atomic_path
from fairmot_mm.video.frame_source import open_source

# Half widths and heights of boxes in cells of four pixels: people 40 x 104 pixels.
_SIDES = {4: (5.0, 13.0, 5.0, 13.0), 2: (10.0, 26.0)}
# Deviation of the heatmap's logits. Random layers magnify rounding, and so does this.
_SPREAD = 0.3
# Weight of the branches of deep residual networks. It is less than 1, as training
# leaves it: every random layer with a ReLU moves two nearly equal images a fifth
# further apart, so that fifty layers would magnify rounding to a part in a thousand.
# The more branches a network has, the smaller the weight of each.
_BRANCH, _BRANCHES = 0.15, 5.0
_LAST_NORM = {'Bottleneck': 'norm3', 'DLABlock': 'bn2'}


def make_random_checkpoint(
    config: str | Path | Config,
    video: str | Path,
    path: str | Path,
    people: int = 30,
    cfg_options: dict[str, Any] | None = None,
) -> None:
    """Write untrained weights that find about as many people as a crowd has.

    The places that they find mean nothing, see `calibrate_random_network`. The same
    video gives the same weights.

    Args:
        config: Config of a `FairMOT` with a `CenterHead`.
        video: The video or folder of images that will be tracked; the weights are
            fitted to its first frame.
        path: The checkpoint file to write.
        people: Approximate number of cells of the first frame whose score is above
            the threshold of the tracker.
        cfg_options: Config keys to override; see `as_published`.

    Raises:
        ConfigError: The model has another box head.
        VideoError: The video cannot be read.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        options = as_published(cfg_options or {})
        model = init_model(config, device='cpu', cfg_options=options)
        if not hasattr(getattr(model.detector, 'bbox_head', None), 'heatmap'):
            raise ConfigError(
                'random weights need a CenterHead as model.detector.bbox_head: give a '
                'checkpoint'
            )
        threshold = getattr(model.tracker, 'obj_score_thr', 0.4)
        calibrate_random_network(model, _first_image(model, video), threshold, people)
    with atomic_path(path) as temporary:
        torch.save({'state_dict': model.state_dict()}, temporary)


def as_published(cfg_options: dict[str, Any]) -> dict[str, Any]:
    """Take options of inference out: weights and ONNX files do not depend on them.

    Args:
        cfg_options: Config keys to override.

    Returns:
        The other keys, and the published memory layout.
    """
    others = {k: v for k, v in cfg_options.items() if not k.startswith('inference.')}
    return {**others, 'inference.channels_last': False}


def _first_image(model: FairMOT, video: str | Path) -> Tensor:
    """Prepare the first frame of a video, (1, 3, H, W) RGB in [0, 1]."""
    packed = next(Preparation(model.cfg)(open_source(video))).packed
    data = {'inputs': [packed['inputs']], 'data_samples': [packed['data_samples']]}
    return model.data_preprocessor(data, False)['inputs'].flatten(0, 1)


def calibrate_random_network(
    model: nn.Module, images: Tensor, score: float, per_image: int = 20
) -> None:
    """Fit a network of random weights to images, so that it detects something in them.

    Batch norms take the statistics of the images and of noise, deformable convolutions
    get small random offsets, and the heatmap is stretched and shifted until about
    `per_image` cells of an image (half to twice as many) exceed `score`. These places
    depend on the image, but people need not stand there.

    Args:
        model: A `FairMOT` with the heads of this package. It is changed in place and
            put into eval mode.
        images: Images to fit to, (B, 3, H, W) RGB in [0, 1].
        score: Score from which a tracker accepts a detection.
        per_image: Number of cells of an image that shall exceed the score.
    """
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for name, values in model.named_parameters():
        if 'conv_offset' in name:
            nn.init.normal_(values, std=0.01)
    blocks = [m for m in model.modules() if type(m).__name__ in _LAST_NORM]
    for block in blocks:
        last: Any = getattr(block, _LAST_NORM[type(block).__name__])
        nn.init.constant_(last.weight, min(_BRANCH, _BRANCHES / len(blocks)))
    for norm in norms:
        norm.momentum = 1.0
    head = model.get_submodule('detector.bbox_head')
    grains, clouds = torch.rand_like(images), torch.rand(*images.shape[:2], 9, 9)
    noise = (grains + F.interpolate(clouds, images.shape[-2:], mode='bilinear')) / 2
    with torch.no_grad():
        model.train()(torch.cat([images, noise]), mode='tensor')
        model.eval()
        size: Any = [*head.get_submodule('size').children()][-1]
        size.bias.copy_(size.bias.new_tensor(_SIDES[size.out_channels]))
        heatmap: Any = [*head.get_submodule('heatmap').children()][-1]
        heatmap.weight.mul_(_SPREAD / model(images, mode='tensor')['heatmap'].std())
        logits = model(images, mode='tensor')['heatmap'].flatten()
        count = per_image * len(images)
        best = logits.topk(min(2 * count, len(logits))).values[count // 2 :]
        # The threshold lies in the widest gap around, so that rounding moves no score
        # across it.
        gap = (best[:-1] - best[1:]).argmax()
        peak = (best[gap] + best[gap + 1]) / 2
        heatmap.bias.add_(torch.tensor(score).logit() - peak)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
