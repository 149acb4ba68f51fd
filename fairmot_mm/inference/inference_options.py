"""What the key ``inference`` of a config says about how a network runs."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, get_args

import torch
from mmengine.config import Config

from fairmot_mm.utils import ConfigError

Precision = Literal['float32', 'float16', 'bfloat16']
Backend = Literal['pytorch', 'onnxruntime']


@dataclass(frozen=True)
class InferenceOptions:
    """How a trained network runs; the dict ``inference`` of a config.

    ``docs/inference_options.md`` has what each does to results and speed. None of them
    has a part in training.

    Attributes:
        backend: ``'onnxruntime'`` runs the network as an ONNX file; from a checkpoint
            it is exported once and kept in the user's cache. Takes none of the options
            below but `num_threads`.
        precision: Numbers of the network. Batch norms, the output layers and everything
            behind them stay in float32.
        channels_last: Whether the channels of a pixel lie next to each other in memory.
            ``None``: on a CPU, and in low precision on a GPU.
        fuse_conv_bn: Fold batch norms into the convolutions before them. The weights of
            the model are changed.
        compile: Generate code for the network with ``torch.compile``, at its first
            frame, which takes a minute.
        cuda_graphs: Record the network's kernels once for each shape of a batch and
            replay them; CUDA only.
        num_threads: Threads of an operation on a CPU; ``None`` leaves PyTorch's.

    Raises:
        ConfigError: A value is not one of those, or two exclude each other.
    """

    backend: Backend = 'pytorch'
    precision: Precision = 'float32'
    channels_last: bool | None = None
    fuse_conv_bn: bool = False
    compile: bool = False
    cuda_graphs: bool = False
    num_threads: int | None = None

    def __post_init__(self) -> None:
        for name, kinds in (('backend', Backend), ('precision', Precision)):
            if getattr(self, name) not in get_args(kinds):
                raise ConfigError(
                    f'inference.{name} = {getattr(self, name)!r} must be one of '
                    f'{", ".join(get_args(kinds))}'
                )
        for name in ('channels_last', 'fuse_conv_bn', 'compile', 'cuda_graphs'):
            value = getattr(self, name)
            if not isinstance(value, bool) and (name, value) != ('channels_last', None):
                raise ConfigError(f'inference.{name} = {value!r} must be True or False')
        threads = self.num_threads
        if threads is not None and (not isinstance(threads, int) or threads < 1):
            raise ConfigError(f'inference.num_threads = {threads!r} must be at least 1')
        unheeded = self.of_pytorch() if self.backend == 'onnxruntime' else []
        if unheeded:
            raise ConfigError(
                f'inference.{unheeded[0]} is for the backend pytorch; onnxruntime '
                'optimises its graphs by itself, in float32'
            )

    @classmethod
    def of_config(cls, cfg: Config) -> 'InferenceOptions':
        """Read the key ``inference``, which a config need not have.

        Raises:
            ConfigError: It has an unknown key, or see the class.
        """
        given = cfg.get('inference') or {}
        if not isinstance(given, Mapping):
            raise ConfigError(f'inference = {given!r} must be a dict')
        known = [field.name for field in fields(cls)]
        for key in given:
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1)
                hint = f'did you mean {close[0]!r}? ' if close else ''
                raise ConfigError(
                    f'unknown key inference.{key}: {hint}There are {", ".join(known)}'
                )
        return cls(**given)

    def of_pytorch(self) -> list[str]:
        """Names of the options that are set and that only PyTorch heeds."""
        return [
            field.name
            for field in fields(self)
            if field.name not in ('backend', 'num_threads')
            and getattr(self, field.name) != field.default
        ]

    def check_device(self, device: torch.device) -> None:
        """Refuse what a device cannot do.

        Raises:
            ConfigError: An option needs another device.
        """
        if self.cuda_graphs and device.type != 'cuda':
            raise ConfigError(
                f'inference.cuda_graphs needs a CUDA device, not {str(device)!r}; '
                'leave it out'
            )

        if self.precision == 'float16' and device.type == 'cpu':
            raise ConfigError(
                "inference.precision = 'float16' is for a GPU; a CPU takes 'float32' "
                "or 'bfloat16'"
            )

    def set_threads(self) -> None:
        """Give PyTorch `num_threads`, for the whole process."""
        if self.num_threads is not None:
            torch.set_num_threads(self.num_threads)

    def wants_channels_last(self, device: torch.device) -> bool:
        """Whether the network runs in ``channels_last`` on a device."""
        if self.channels_last is not None:
            return self.channels_last
        low = self.precision != 'float32'
        return device.type == 'cpu' or (low and device.type == 'cuda')

    @property
    def dtype(self) -> torch.dtype:
        """PyTorch's type of `precision`."""
        return getattr(torch, self.precision)
