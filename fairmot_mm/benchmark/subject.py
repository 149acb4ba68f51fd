"""From what a user names to the jobs that are measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mmengine.config import Config

from fairmot_mm.apis import init_model, load_config
from fairmot_mm.benchmark.random_network import (
    PLAIN,
    first_image,
    make_random_checkpoint,
)
from fairmot_mm.benchmark.session import Job
from fairmot_mm.benchmark.variant import Variant
from fairmot_mm.inference import export_onnx
from fairmot_mm.utils import ConfigError


@dataclass(frozen=True)
class Subject:
    """A network with weights and a video, which all jobs have in common.

    Attributes:
        config: Config file with a ``test_pipeline``.
        checkpoint: Weights of the network.
        video: Video or folder of images that is tracked.
        folder: Folder for the results and for ONNX files.
        cfg_options: Config keys that every job overrides.
        settings: Arguments of `TrackInferencer` for every job.
        save_video: Whether mp4 files are written.
    """

    config: Path
    checkpoint: Path
    video: str
    folder: Path
    cfg_options: dict[str, Any]
    settings: dict[str, Any]
    save_video: bool = False

    def jobs(self, names: list[str] | tuple[str, ...]) -> dict[str, Job]:
        """Make the jobs of several variants.

        Args:
            names: Names of variants, see `Variant.parse`. Those that do not suit the
                network are left out.

        Returns:
            The jobs by name, in the order of the names.

        Raises:
            ConfigError: A variant is not known, or the network cannot be exported.
            CheckpointError: The exported network differs from the original.
        """
        cfg = load_config(self.config)
        variants = [Variant.parse(name) for name in dict.fromkeys(names)]
        return {each.name: self.job(each) for each in variants if each.suits(cfg)}

    def job(self, variant: Variant) -> Job:
        """Make the job of a variant, and its ONNX file if there is none yet.

        Raises:
            ConfigError: The network cannot be exported.
            CheckpointError: The exported network differs from the original.
        """
        checkpoint = self.checkpoint
        if variant.uses_onnx and checkpoint.suffix != '.onnx':
            checkpoint = self.folder / f'{self.config.stem}.onnx'
            if not checkpoint.exists():
                self._export(checkpoint)
        options = {**self.cfg_options, **variant.cfg_options}
        # The ONNX file lies beside the results, not in the user's cache.
        options.pop('inference.backend', None)
        return Job(
            str(self.config),
            str(checkpoint),
            self.video,
            str(self.folder / variant.name),
            self.save_video,
            {**self.settings, **variant.settings, 'cfg_options': options},
        )

    def _export(self, path: Path) -> None:
        options = {**_without_inference(self.cfg_options), **PLAIN}
        model = init_model(self.config, self.checkpoint, 'cpu', options)
        height, width = first_image(model, self.video).shape[2:]
        export_onnx(model, path, (width, height))


@contextmanager
def prepare_subject(
    config: str | Path | Config,
    checkpoint: str | Path | None,
    video: str,
    *,
    input_size: tuple[int, int] | None = None,
    folder: str | Path | None = None,
    people: int = 30,
    name: str = 'network',
    cfg_options: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    save_video: bool = False,
) -> Iterator[Subject]:
    """Fix what all jobs of a network have in common.

    Args:
        config: Config of a model; one without ``test_pipeline`` gets a letterbox.
        checkpoint: Weights; None: random ones, see `make_random_checkpoint`.
        video: Video or folder of images that is tracked.
        input_size: (width, height) of the network's input in pixels; None: that of the
            config, or (1088, 608).
        folder: Folder where config, random weights, ONNX files and results are kept.
            ONNX files that lie there are used again. None: a temporary folder.
        people: See `make_random_checkpoint`.
        name: Name of config, weights and ONNX file in the folder.
        cfg_options: See `Subject`.
        settings: See `Subject`.
        save_video: See `Subject`.

    Raises:
        UserInputError: Something cannot be read or does not fit.
    """
    cfg = load_config(config)
    _set_input_size(cfg, input_size)
    with TemporaryDirectory(prefix='benchmark-') as temporary:
        kept = Path(folder or temporary)
        kept.mkdir(parents=True, exist_ok=True)
        path = kept / f'{name}.py'
        cfg.dump(path)
        options = cfg_options or {}
        if checkpoint is None:
            checkpoint = kept / f'{name}.pth'
            model_options = _without_inference(options)
            make_random_checkpoint(path, video, checkpoint, people, model_options)
        yield Subject(
            path, Path(checkpoint), video, kept, options, settings or {}, save_video
        )


def _set_input_size(cfg: Config, input_size: tuple[int, int] | None) -> None:
    """Make the ``test_pipeline`` fit frames into another size.

    Raises:
        ConfigError: The size is not a multiple of 32, or no step has a scale.
    """
    if input_size is not None and any(side < 32 or side % 32 for side in input_size):
        raise ConfigError(
            f'input size {input_size[0]}x{input_size[1]} must be multiples of 32'
        )
    if not cfg.get('test_pipeline'):
        cfg.test_pipeline = [
            dict(type='Letterbox', scale=input_size or (1088, 608)),
            dict(type='PackFrame'),
        ]
    elif input_size is not None:
        sized = [step for step in cfg.test_pipeline if 'scale' in step]
        if not sized:
            raise ConfigError('the test_pipeline of the config names no scale to set')
        for step in sized:
            step['scale'] = input_size


def _without_inference(cfg_options: dict[str, Any]) -> dict[str, Any]:
    """Leave out the options of how a network runs: weights are made in float32."""
    return {k: v for k, v in cfg_options.items() if not k.startswith('inference.')}
