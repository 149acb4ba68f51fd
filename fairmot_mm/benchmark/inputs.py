"""From what a user names to the jobs that are measured."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mmengine.config import Config

from fairmot_mm.apis import init_model, load_config
from fairmot_mm.benchmark.random_weights import (
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
    """A network with weights, and a video.

    Attributes:
        config: Config file, with a ``test_pipeline``.
        checkpoint: Weights; random ones where none were given.
        video: What is tracked.
        folder: For what is made on the way, and for results.
        cfg_options: Of every job.
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

    @property
    def backend(self) -> str:
        """Name of the variant that the options ask for."""
        return self.cfg_options.get('inference.backend', 'pytorch')

    def job(self, variant: Variant) -> Job:
        """The job of a variant; its ONNX file is made where there is none yet.

        Raises:
            ConfigError: The network cannot be exported.
            CheckpointError: Likewise.
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
        model = init_model(self.config, self.checkpoint, 'cpu', PLAIN)
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
    **options: Any,
) -> Iterator[Subject]:
    """Fix what all jobs of a network have in common.

    Args:
        config: Config file of a model; one without ``test_pipeline`` gets a letterbox.
        checkpoint: Weights; None: random ones, see `make_random_checkpoint`.
        video: What is tracked.
        input_size: (width, height) of the network's input in place of the config's.
        folder: Where config, random weights, ONNX file and results are kept and, the
            weights apart, found again; None: a temporary folder.
        people: See `make_random_checkpoint`.
        name: Of the files in the folder.
        options: Further attributes of `Subject`.

    Raises:
        UserInputError: Something cannot be read.
    """
    cfg = load_config(config)
    _set_input_size(cfg, input_size)
    with TemporaryDirectory(prefix='benchmark-') as temporary:
        kept = Path(folder or temporary)
        kept.mkdir(parents=True, exist_ok=True)
        path = kept / f'{name}.py'
        cfg.dump(path)
        options = {'cfg_options': {}, 'settings': {}, **options}
        if checkpoint is None:
            checkpoint = kept / f'{name}.pth'
            keys = _of_model(options['cfg_options'])
            make_random_checkpoint(path, video, checkpoint, people, keys)
        yield Subject(path, Path(checkpoint), video, kept, **options)


def _set_input_size(cfg: Config, input_size: tuple[int, int] | None) -> None:
    """Let the ``test_pipeline`` fit frames into another size.

    Raises:
        ConfigError: The size is not a multiple of 32, or has no place.
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


def _of_model(cfg_options: dict[str, Any]) -> dict[str, Any]:
    """Options without those of how a network runs: weights are made in float32."""
    return {k: v for k, v in cfg_options.items() if not k.startswith('inference.')}


def parse_size(text: str) -> tuple[int, int]:
    """Read ``WIDTHxHEIGHT``.

    Raises:
        ValueError: It is something else.
    """
    width, height = map(int, text.split('x'))
    return width, height


def variants_for(names: Sequence[str], cfg: Config) -> list[Variant]:
    """Those of the names that suit a network, in order, each once."""
    variants = [Variant.parse(name) for name in dict.fromkeys(names)]
    return [variant for variant in variants if variant.suits(cfg)]
