"""Weights for measuring where there are none: random, but with something to track."""

from pathlib import Path

import torch
from mmengine.config import Config
from torch import Tensor

from fairmot_mm.apis import init_model
from fairmot_mm.apis.preparation import Preparation
from fairmot_mm.benchmark.random_network import enliven
from fairmot_mm.models import FairMOT
from fairmot_mm.utils import ConfigError, atomic_path
from fairmot_mm.video.frame_source import open_source

# The layout is a matter of how a network runs, not of its weights.
PLAIN = {'inference.channels_last': False}


def make_random_checkpoint(
    config: str | Path | Config,
    video: str | Path,
    path: str | Path,
    people: int = 30,
    cfg_options: dict | None = None,
    seed: int = 0,
) -> None:
    """Write weights that were never trained, but find about as much as a crowd has.

    Where they find it means nothing, see `enliven`. The same video and seed give the
    same weights.

    Args:
        config: Of a `FairMOT` with a `CenterHead`.
        video: What will be tracked; the weights are fit to its first frame.
        path: Checkpoint to write.
        people: Cells of the first frame above the threshold of the tracker, roughly.
        cfg_options: Config keys to override.
        seed: Of the weights.

    Raises:
        ConfigError: The model has another box head.
        VideoError: The video cannot be read.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        options = {**(cfg_options or {}), **PLAIN}
        model = init_model(config, device='cpu', cfg_options=options)
        if not hasattr(getattr(model.detector, 'bbox_head', None), 'heatmap'):
            raise ConfigError('random weights need a CenterHead; give a checkpoint')
        threshold = getattr(model.tracker, 'obj_score_thr', 0.4)
        enliven(model, first_image(model, video), threshold, people)
    with atomic_path(path) as temporary:
        torch.save({'state_dict': model.state_dict()}, temporary)


def first_image(model: FairMOT, video: str | Path) -> Tensor:
    """(1, 3, H, W) RGB in [0, 1]: the network's input for the first frame."""
    packed = next(Preparation(model.cfg)(open_source(video))).packed
    data = {'inputs': [packed['inputs']], 'data_samples': [packed['data_samples']]}
    return model.data_preprocessor(data, False)['inputs'].flatten(0, 1)
