"""A training step, set up for measuring."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper

from fairmot_mm.apis import load_config
from fairmot_mm.benchmark.session import peak_memory_of
from fairmot_mm.engine import (
    FlagExchangeHook,
    LossGuardHook,
    compile_network,
    to_channels_last,
)
from fairmot_mm.registry import MODELS, TRANSFORMS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.machine import describe_machine

OPTIONS = (
    'float32',
    'bfloat16',
    'float16',
    'channels-last',
    'fused',
    'compile',
    'loss-guard',
)
_ADAM: dict[str, Any] = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4))
_PEOPLE = 20  # in an image
_NUM_IDS = 500


class TrainingSession:
    """Measures the step from a packed batch to updated weights.

    Args:
        config: Config file of a model; its optimizer is used where it has one.
        variant: Names of `OPTIONS` joined by ``+``.
        device: Device of the model, as in ``cuda:0``.
        batch_size: Number of images in a batch.
        input_size: (width, height) of the images in pixels, multiples of 32.
        cfg_options: Config keys to override.

    Raises:
        ConfigError: An option is not known or not for the device; or see `load_config`.
    """

    def __init__(
        self,
        config: str | Path,
        variant: str,
        device: str,
        batch_size: int,
        input_size: tuple[int, int],
        cfg_options: dict[str, Any] | None = None,
    ) -> None:
        options = read_options(variant, device)
        torch.manual_seed(0)
        cfg = load_config(config, cfg_options)
        cfg.model.detector.reid_head.num_ids = _NUM_IDS
        self.device = torch.device(device)
        self.model = MODELS.build(cfg.model).to(self.device).train()
        wrapper: dict[str, Any] = dict(cfg.get('optim_wrapper') or _ADAM)
        wrapper['optimizer'] = dict(wrapper['optimizer'])
        if 'bfloat16' in options:
            wrapper['type'] = 'BFloat16OptimWrapper'
        if 'float16' in options:
            wrapper.update(type='AmpOptimWrapper', loss_scale='dynamic')
        if 'fused' in options:
            wrapper['optimizer']['fused'] = True
        self.optim_wrapper = build_optim_wrapper(self.model, wrapper)
        if 'channels-last' in options:
            to_channels_last(self.model, self.optim_wrapper.optimizer)
        if 'compile' in options:
            compile_network(self.model, dynamic=False)
        self.batch = make_batch(batch_size, input_size)
        guarded = 'loss-guard' in options
        # What these hooks need of a Runner.
        self.runner: Any = SimpleNamespace(
            model=self.model,
            optim_wrapper=self.optim_wrapper,
            hooks=[LossGuardHook(), FlagExchangeHook()] if guarded else [],
            iter=0,
            max_iters=sys.maxsize,
        )
        for hook in self.runner.hooks:
            hook.before_train(self.runner)

    def run(self, num_steps: int) -> list[float]:
        """Measure the seconds of each step; all steps use the same batch."""
        seconds = []
        for _ in range(num_steps):
            self._synchronize()
            start = time.perf_counter()
            number = self.runner.iter
            for hook in self.runner.hooks:
                hook.before_train_iter(self.runner, number, self.batch)
            losses = self.model.train_step(self.batch, self.runner.optim_wrapper)
            for hook in self.runner.hooks:
                hook.after_train_iter(self.runner, number, self.batch, losses)
            self.runner.iter += 1
            self._synchronize()
            seconds.append(time.perf_counter() - start)
        return seconds

    def describe(self) -> dict[str, Any]:
        """Describe the machine, and the peak memory of this process."""
        return {
            'machine': describe_machine(str(self.device)),
            'memory': peak_memory_of(self.device),
        }

    def _synchronize(self) -> None:
        if self.device.type == 'cuda':
            torch.cuda.synchronize(self.device)


def read_options(variant: str, device: str) -> Sequence[str]:
    """Split the name of a variant into its options.

    Args:
        variant: Names of `OPTIONS` joined by ``+``.
        device: Device of the model, as in ``cuda:0``.

    Raises:
        ConfigError: An option is not known or not for the device.
    """
    options = variant.split('+')
    unknown = [option for option in options if option not in OPTIONS]
    if unknown:
        raise ConfigError(
            f'there is no option {unknown[0]!r}; options, joined by +, are '
            f'{", ".join(OPTIONS)}'
        )
    if 'float16' in options and torch.device(device).type == 'cpu':
        raise ConfigError('float16 needs a GPU: use bfloat16 on a CPU')
    return options


def make_batch(batch_size: int, input_size: tuple[int, int]) -> dict[str, Any]:
    """Make a batch of noise images with people, as the data loader gives it to a model.

    Args:
        batch_size: Number of images.
        input_size: (width, height) of the images in pixels.
    """
    rng = np.random.default_rng(0)
    width, height = input_size
    pack = TRANSFORMS.build(dict(type='PackJDEInputs'))
    samples = []
    for number in range(batch_size):
        centres = rng.uniform((0, 0), input_size, (_PEOPLE, 2))
        sides = rng.uniform((0.02, 0.08), (0.1, 0.3), (_PEOPLE, 2)) * input_size
        boxes = np.hstack([centres - sides / 2, centres + sides / 2])
        results = dict(
            img=rng.integers(0, 256, (height, width, 3)).astype(np.uint8),
            img_shape=(height, width),
            ori_shape=(height, width),
            img_id=number,
            img_path='',
            gt_bboxes=boxes.astype(np.float32),
            gt_bboxes_labels=np.zeros(_PEOPLE, np.int64),
            gt_instances_ids=rng.integers(0, _NUM_IDS, _PEOPLE),
        )
        samples.append(pack(results))
    return pseudo_collate(samples)
