"""Networks without training that nevertheless find something to track."""

from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

# Half widths and heights of boxes in cells of four pixels: people 40 x 104 pixels.
_SIDES = {4: (5.0, 13.0, 5.0, 13.0), 2: (10.0, 26.0)}
# Deviation of the heatmap's logits. Random layers magnify rounding, and so does this.
_SPREAD = 0.3
# Weight of the branches of deep residual networks, less than 1 as training leaves it.
# Every random layer with a ReLU tells two images that hardly differ further apart by a
# fifth, and so magnifies rounding: fifty would make it a part in a thousand. The more
# branches, the less each may weigh.
_BRANCH, _BRANCHES = 0.15, 5.0
_LAST_NORM = {'Bottleneck': 'norm3', 'DLABlock': 'bn2'}


def enliven(
    model: nn.Module, images: Tensor, score: float, per_image: int = 20
) -> None:
    """Make a network of random weights react to images, so that runs can be compared.

    Batch norms take the statistics of the images and of noise, deformable convolutions
    get offsets, and the heatmap is stretched and shifted until some `per_image` cells
    of an image (half to twice as many) exceed `score`. Where people stand it does not
    know.

    Args:
        model: A `FairMOT` whose heads are those of this package; changed in place, and
            in eval mode then.
        images: (B, 3, H, W) RGB in [0, 1].
        score: Of a detection that a tracker takes.
        per_image: Cells above it.
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
        # In the widest gap around, so that rounding does not move one across it.
        gap = (best[:-1] - best[1:]).argmax()
        peak = (best[gap] + best[gap + 1]) / 2
        heatmap.bias.add_(torch.tensor(score).logit() - peak)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
