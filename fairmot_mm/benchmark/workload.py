"""Preparing the variants that a command line asks to measure."""

import argparse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mmengine.config import Config
from mmengine.device import get_device

from fairmot_mm.apis import init_model, load_config
from fairmot_mm.apis.calibration import network_input, read_frames
from fairmot_mm.benchmark.random_network import (
    as_published,
    make_random_checkpoint,
)
from fairmot_mm.benchmark.tracking_benchmark import TrackingBenchmark
from fairmot_mm.benchmark.variant import INT8, fits_network, parse_variant
from fairmot_mm.inference import export_onnx
from fairmot_mm.inference.onnx_backend import input_size
from fairmot_mm.inference.quantize_onnx import quantize_onnx
from fairmot_mm.utils import ConfigError, atomic_path
from fairmot_mm.utils.inference_arguments import inference_options
from fairmot_mm.video.video_encoding import VideoEncoding

# Frames to quantize with: enough to measure time.
_CALIBRATION = 20


@dataclass(frozen=True)
class Workload:
    """A network with weights and a video, which all variants have in common.

    Attributes:
        config: Config file with a ``test_pipeline``. Results and ONNX files are written
            to its folder.
        checkpoint: Weights of the network.
        video: Video or folder of images that is tracked.
        settings: Arguments of `TrackInferencer` for every variant.
        encoding: How mp4 files are compressed; None: none is written.
    """

    config: Path
    checkpoint: Path
    video: str
    settings: dict[str, Any]
    encoding: VideoEncoding | None

    def variants(self, names: Iterable[str]) -> dict[str, partial[TrackingBenchmark]]:
        """Prepare the variants of these names that fit the network, in their order.

        Raises:
            UserInputError: See `variant`.
        """
        cfg = load_config(self.config)
        return {
            name: partial(
                TrackingBenchmark,
                self.video,
                str(self.config.parent / name),
                self.encoding,
                **self.variant(name),
            )
            for name in names
            if fits_network(name, cfg)
        }

    def variant(self, name: str) -> dict[str, Any]:
        """Prepare the arguments of `TrackInferencer` for a variant.

        Args:
            name: Name of a variant, see `parse_variant`. For onnxruntime and openvino
                the network is exported, and for int8 quantized, if there is no such
                file in the folder yet.

        Raises:
            ConfigError: The variant is not known, or the network cannot be exported.
            CheckpointError: The exported network differs from the original.
        """
        settings, checkpoint = parse_variant(name), self.checkpoint
        options = self.settings['cfg_options'] | settings['cfg_options']
        # The ONNX file lies with the results, not in the user's cache.
        if 'inference.backend' in settings['cfg_options']:
            checkpoint = self._exported(as_published(options))
            if INT8 in name.split('+'):
                checkpoint = self._quantized(checkpoint)
        else:
            options.pop('inference.backend', None)
        return {
            'model': str(self.config),
            'checkpoint': str(checkpoint),
            **self.settings,
            **settings,
            'cfg_options': options,
        }

    def _exported(self, cfg_options: dict[str, Any]) -> Path:
        if self.checkpoint.suffix == '.onnx':
            return self.checkpoint
        path = self.config.with_suffix('.onnx')
        if not path.exists():
            model = init_model(self.config, self.checkpoint, 'cpu', cfg_options)
            export_onnx(model, path, input_size(model.cfg))
        return path

    def _quantized(self, exported: Path) -> Path:
        path = self.config.with_name(f'{self.config.stem}-int8.onnx')
        if not path.exists():
            model = init_model(self.config, exported, 'cpu')
            frames = read_frames(model, self.video, _CALIBRATION)
            images = [network_input(model, frame) for frame in frames]
            with atomic_path(path) as temporary:
                quantize_onnx(exported, temporary, len(images), images.__getitem__)
        return path


@contextmanager
def prepare_workload(
    args: argparse.Namespace,
    config: str | Path,
    checkpoint: str | None = None,
    people: int = 30,
    encoding: VideoEncoding | None = None,
    **settings: Any,
) -> Iterator[Workload]:
    """Prepare what the command line names for measuring.

    Args:
        args: A command line with the options of `add_video_arguments`.
        config: Config of a model; one without ``test_pipeline`` gets a letterbox.
        checkpoint: Weights; None: random ones, see `make_random_checkpoint`.
        people: See `make_random_checkpoint`.
        encoding: How mp4 files are compressed; None: none is written.
        settings: Further arguments of `TrackInferencer` for every variant.

    Raises:
        UserInputError: Something cannot be read or does not fit.
    """
    cfg = load_config(config)
    _set_input_size(cfg, args.input_size)
    options = inference_options(args) or {}
    with TemporaryDirectory(prefix='benchmark-') as temporary:
        path = Path(args.out_dir or temporary, f'{Path(config).stem}.py')
        path.parent.mkdir(parents=True, exist_ok=True)
        cfg.dump(path)
        weights = Path(checkpoint or path.with_suffix('.pth'))
        if checkpoint is None:
            make_random_checkpoint(path, args.input, weights, people, options)
        device = args.device or get_device()
        settings = {'device': device, 'cfg_options': options, **settings}
        yield Workload(path, weights, args.input, settings, encoding)


def _set_input_size(cfg: Config, size: list[int] | None) -> None:
    """Make the ``test_pipeline`` fit frames into another size (width, height).

    Raises:
        ConfigError: The size is not a multiple of 32, or no step has a scale.
    """
    if size and any(side < 32 or side % 32 for side in size):
        raise ConfigError(f'input size {size[0]}x{size[1]} must be multiples of 32')
    if not cfg.get('test_pipeline'):
        letterbox = dict(type='Letterbox', scale=tuple(size or (1088, 608)))
        load, pack = dict(type='LoadImage'), dict(type='PackFrame')
        cfg.test_pipeline = [load, letterbox, pack]
    elif size:
        sized = [step for step in cfg.test_pipeline if 'scale' in step]
        if not sized:
            raise ConfigError('the test_pipeline of the config names no scale to set')
        for step in sized:
            step['scale'] = tuple(size)
