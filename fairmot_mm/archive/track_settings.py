"""The settings of a run over an archive, and what its results depend on."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import fairmot_mm
from fairmot_mm.apis.ensure_model import take_default
from fairmot_mm.checkpoint.zoo_weights import weights_of
from fairmot_mm.config.load_config import load_config
from fairmot_mm.utils import CheckpointError, ConfigError


@dataclass(frozen=True)
class TrackSettings:
    """What a worker needs to know to track; values that JSON can hold.

    Attributes:
        model: Config file or name of the model zoo; None is the zoo's default.
        checkpoint: Weights; None are those of the name.
        device: As in ``cuda:0``; None is the accelerator of the worker.
        cfg_options: Config keys to override.
        batch_size: Number of frames that pass through the network together; None is
            what the runtime of the network does fastest.
        detect_every: The network runs on every n-th frame; None keeps that of the
            config.
        frame_rate: Frames a second, instead of what a video says.
        on_error: What to do with a frame that cannot be read: ``stop`` or ``skip``.
        chunk_seconds: Length of the chunks of a long video; None keeps each whole.
        shared_seconds: Time that a chunk shares with the one before it, at least.
    """

    model: str | None = None
    checkpoint: str | None = None
    device: str | None = None
    cfg_options: dict[str, Any] | None = None
    batch_size: int | None = None
    detect_every: int | None = None
    frame_rate: float | None = None
    on_error: str = 'stop'
    chunk_seconds: float | None = None
    shared_seconds: float = 4.0

    def __post_init__(self) -> None:
        if self.chunk_seconds is None:
            return
        if self.chunk_seconds < 2 * self.shared_seconds:
            raise ConfigError(
                f'--chunk-seconds {self.chunk_seconds:g} must be at least twice '
                f'--shared-seconds {self.shared_seconds:g}: shared frames are tracked '
                'twice'
            )

    def resolved(self) -> 'TrackSettings':
        """Name model and weights where they are left to the model zoo.

        Workers on other machines get what is found here.

        Raises:
            ConfigError: No model has the name, or a config file has no weights.
            CheckpointError: The weights of the model zoo cannot be fetched.
        """
        model, checkpoint, options = self.model, self.checkpoint, self.cfg_options
        if model is None:
            model, found, options = take_default(checkpoint, self.device, options)
            checkpoint = None if found is None else str(found)
        if checkpoint is None and (weights := weights_of(model)) is not None:
            checkpoint = str(weights)
        if checkpoint is None:
            raise ConfigError(f'{model} is a file: name its weights (--weights FILE)')
        return replace(self, model=model, checkpoint=checkpoint, cfg_options=options)


class Identity(NamedTuple):
    """What results depend on.

    Attributes:
        content: The settings, the parts of the config that count, and the weights.
        digest: SHA-256 of the content.
    """

    content: dict[str, Any]
    digest: str

    @property
    def weights(self) -> str | None:
        """SHA-256 of the weights; None where there is no file."""
        digest: str | None = self.content['weights_sha256']
        return digest


def identify(settings: TrackSettings) -> Identity:
    """Find out what results depend on.

    Device, number of threads and length of the chunks are left out: the first two
    change the last bits at most, and a record has the chunks of its video.

    Args:
        settings: What `TrackSettings.resolved` gave.

    Returns:
        The identity; results of two identities are not the same.

    Raises:
        ConfigError: The config cannot be read.
        CheckpointError: The weights do not exist.
    """
    assert settings.model is not None  # `resolved` has set it
    cfg = load_config(settings.model, settings.cfg_options)
    inference = {**(cfg.get('inference') or {})}
    inference.pop('num_threads', None)
    # In JSON's form, so that it can be compared with what a file says.
    content = json.loads(
        json.dumps(
            {
                'version': fairmot_mm.__version__,
                'model': cfg.model.to_dict(),
                'test_pipeline': [
                    dict(each) for each in cfg.get('test_pipeline') or ()
                ],
                'chunk_join': dict(cfg.get('chunk_join') or {}),
                'inference': inference,
                'weights_sha256': sha256_of(settings.checkpoint),
                **{
                    key: value
                    for key, value in asdict(settings).items()
                    if key in ('batch_size', 'detect_every', 'frame_rate', 'on_error')
                },
            },
            default=str,
        )
    )
    text = json.dumps(content, sort_keys=True)
    return Identity(content, hashlib.sha256(text.encode()).hexdigest())


def sha256_of(checkpoint: str | Path | None) -> str | None:
    """Compute the SHA-256 of weights.

    Args:
        checkpoint: A file; an address stands for itself, because it is not fetched
            here.

    Raises:
        CheckpointError: The file cannot be read.
    """
    if checkpoint is None or '://' in str(checkpoint):
        return None if checkpoint is None else str(checkpoint)
    try:
        with Path(checkpoint).expanduser().open('rb') as file:
            return hashlib.file_digest(file, 'sha256').hexdigest()
    except OSError as error:
        raise CheckpointError(
            f'checkpoint {checkpoint} cannot be read: {error.strerror}'
        ) from error


def differences(one: dict[str, Any], other: dict[str, Any], start: str = '') -> str:
    """List the keys in which two identities differ, for a message.

    Args:
        one: The content of an identity.
        other: That of another one.
        start: The key that both are the value of, with a dot.
    """
    found = []
    for key in sorted({*one, *other}):
        a, b = one.get(key), other.get(key)
        if a == b:
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            found.append(differences(a, b, f'{start}{key}.'))
        else:
            found.append(f'{start}{key} was {_short(a)} and is {_short(b)}')
    return '; '.join(found)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f'{text[:37]}...'
