"""A training step, set up for measuring."""

import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from mmdet.structures import DetDataSample
from mmengine.logging import MessageHub
from mmengine.optim import build_optim_wrapper
from mmengine.structures import InstanceData

from fairmot_mm.apis import load_config
from fairmot_mm.benchmark.variant import OPERATOR_OF_MMCV, fits_network
from fairmot_mm.engine import (
    FlagExchangeHook,
    LossGuardHook,
    compile_network,
    to_channels_last,
)
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.argument_names import argument_names
from fairmot_mm.utils.machine import describe_machine, peak_memory_of

# Config keys of each option; the last three act on the model.
OPTIONS: dict[str, dict[str, Any]] = {
    'float32': {},
    'mmcv': OPERATOR_OF_MMCV,
    'bfloat16': {'optim_wrapper.type': 'BFloat16OptimWrapper'},
    'float16': {
        'optim_wrapper.type': 'AmpOptimWrapper',
        'optim_wrapper.loss_scale': 'dynamic',
    },
    'fused': {'optim_wrapper.optimizer.fused': True},
    'channels-last': {},
    'compile': {},
    'loss-guard': {},
}
_ADAM = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4))
_PEOPLE = 20  # in an image
_NUM_IDS = 500


class TrainingBenchmark:
    """Measures the step from a packed batch to updated weights.

    Args:
        config: Config file of a model; its optimizer is used where it has one.
        variant: Names of `OPTIONS` joined by ``+``.
        device: Device of the model, as in ``cuda:0``.
        batch_size: Number of images in a batch.
        input_size: (width, height) of the images in pixels, multiples of 32.
        cfg_options: Config keys to override.

    Raises:
        ConfigError: An option is not known, not for the device or not for the network;
            or see `load_config`.
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
        if not fits_network(variant, cfg):
            raise ConfigError(f'{config} has no deformable convolution to exchange')
        cfg.setdefault('optim_wrapper', _ADAM)
        for option in options:
            cfg.merge_from_dict(OPTIONS[option])
        head = cfg.model.detector.reid_head
        if 'num_ids' in argument_names(MODELS.get(head.type)):
            head.num_ids = _NUM_IDS
        self.device = torch.device(device)
        self.model = MODELS.build(cfg.model).to(self.device).train()
        self.optim_wrapper = build_optim_wrapper(self.model, cfg.optim_wrapper)
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
            message_hub=MessageHub.get_instance('training_benchmark'),
        )
        for hook in self.runner.hooks:
            hook.before_train(self.runner)

    def run(self, num_steps: int) -> float:
        """Measure the seconds of some steps; all of them use the same batch.

        Args:
            num_steps: Number of steps.
        """
        self._synchronize()
        start = time.perf_counter()
        for _ in range(num_steps):
            number = self.runner.iter
            for hook in self.runner.hooks:
                hook.before_train_iter(self.runner, number, self.batch)
            losses = self.model.train_step(self.batch, self.optim_wrapper)
            for hook in self.runner.hooks:
                hook.after_train_iter(self.runner, number, self.batch, losses)
            self.runner.iter += 1
        self._synchronize()
        return time.perf_counter() - start

    def describe(self) -> dict[str, Any]:
        """Describe the machine, and the peak memory of this process."""
        device = str(self.device)
        return {'machine': describe_machine(device), 'memory': peak_memory_of(device)}

    def _synchronize(self) -> None:
        if self.device.type == 'cuda':
            torch.cuda.synchronize(self.device)


def read_options(variant: str, device: str) -> list[str]:
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
    size = torch.tensor(input_size)
    low, high = torch.tensor([[0.02, 0.08], [0.1, 0.3]])
    inputs, samples = [], []
    for _ in range(batch_size):
        centres = torch.rand(_PEOPLE, 2) * size
        sides = (low + torch.rand(_PEOPLE, 2) * (high - low)) * size
        people = InstanceData(
            bboxes=torch.hstack([centres - sides / 2, centres + sides / 2]),
            labels=torch.zeros(_PEOPLE, dtype=torch.long),
            instances_ids=torch.randint(_NUM_IDS, (_PEOPLE,)),
        )
        shape = input_size[::-1]
        sample = DetDataSample(metainfo=dict(img_shape=shape, ori_shape=shape))
        sample.gt_instances = people
        samples.append(sample)
        inputs.append(torch.randint(256, (3, *shape), dtype=torch.uint8))
    return dict(inputs=inputs, data_samples=samples)
