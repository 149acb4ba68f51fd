"""The options of inference, which the key ``inference`` of a config sets."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, get_args

import torch
from mmengine.config import Config

from fairmot_mm.utils import ConfigError

Precision = Literal['float32', 'float16', 'bfloat16']
Backend = Literal['pytorch', 'onnxruntime', 'openvino']
Provider = Literal['cpu', 'cuda', 'tensorrt']
# What the backends that run an ONNX file take of the options of PyTorch.
_TAKEN: dict[str | None, tuple[str, ...]] = {
    'onnxruntime': (),
    'openvino': ('precision',),
}


@dataclass(frozen=True)
class InferenceOptions:
    """How a trained network runs; the dict ``inference`` of a config.

    ``docs/reference/inference_options.md`` shows what each option does to results and
    speed. They have no effect on training.

    Attributes:
        backend: ``'onnxruntime'`` and ``'openvino'`` run the network as an ONNX file;
            from a checkpoint it is exported once and kept in the user's cache. Of the
            options below both take `num_threads`, onnxruntime takes `provider`, and
            OpenVINO `precision`. ``None`` is PyTorch for weights and onnxruntime for
            an ONNX file.
        provider: What runs an ONNX file in onnxruntime: ``'cpu'``, ``'cuda'`` or
            ``'tensorrt'``, which leaves to CUDA what TensorRT cannot run. The last two
            need onnxruntime-gpu. ``None`` is the provider of the device.
        precision: Type of the network's weights and maps. Batch norms, the output
            layers and everything behind them stay in float32. OpenVINO takes float32
            and bfloat16.
        channels_last: Whether the channels of a pixel lie next to each other in memory.
            ``None`` turns it on for a CPU, and for low precision on a GPU.
        fuse_conv_bn: Fold batch norms into the convolutions before them. The weights of
            the model are changed.
        compile: Generate code for the network with ``torch.compile``. It is generated
            at the first frame, which takes a minute.
        cuda_graphs: Record the network's kernels once for each shape of a batch and
            replay them; CUDA only.
        num_threads: Threads of an operation on a CPU; ``None`` leaves PyTorch's.

    Raises:
        ConfigError: An option has a value that it cannot have, or two options exclude
            each other.
    """

    backend: Backend | None = None
    provider: Provider | None = None
    precision: Precision = 'float32'
    channels_last: bool | None = None
    fuse_conv_bn: bool = False
    compile: bool = False
    cuda_graphs: bool = False
    num_threads: int | None = None

    def __post_init__(self) -> None:
        choices = (
            ('backend', Backend),
            ('provider', Provider),
            ('precision', Precision),
        )
        for name, kinds in choices:
            value = getattr(self, name)
            if value not in (*get_args(kinds), getattr(InferenceOptions, name)):
                raise ConfigError(
                    f'inference.{name} = {value!r} must be one of '
                    f'{", ".join(get_args(kinds))}'
                )
        for name in ('channels_last', 'fuse_conv_bn', 'compile', 'cuda_graphs'):
            value = getattr(self, name)
            if not isinstance(value, bool) and (name, value) != ('channels_last', None):
                raise ConfigError(f'inference.{name} = {value!r} must be True or False')
        threads = self.num_threads
        if threads is not None and (not isinstance(threads, int) or threads < 1):
            raise ConfigError(f'inference.num_threads = {threads!r} must be at least 1')
        if self.backend in _TAKEN and (others := self.of_pytorch()):
            raise ConfigError(
                f'inference.{others[0]} is for the backend pytorch; {self.backend} '
                'always optimises its graphs'
            )
        if self.backend == 'openvino' and self.provider is not None:
            raise ConfigError('inference.provider is for onnxruntime, not for openvino')
        if self.backend == 'openvino' and self.precision == 'float16':
            raise ConfigError(
                "inference.precision = 'float16' is for a GPU; openvino takes "
                "'float32' or 'bfloat16', and int8 is a file of "
                'tools/deployment/quantize.py'
            )

    @classmethod
    def of_config(cls, cfg: Config) -> 'InferenceOptions':
        """Read the options from the key ``inference``, which a config need not have.

        Args:
            cfg: Config of a model.

        Raises:
            ConfigError: The key ``inference`` has an unknown key, or see the class.
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
        """Names of the options that are set and that only PyTorch would follow."""
        shared = ('backend', 'provider', 'num_threads', *_TAKEN.get(self.backend, ()))
        return [
            field.name
            for field in fields(self)
            if field.name not in shared and getattr(self, field.name) != field.default
        ]

    def check_device(self, device: torch.device) -> None:
        """Refuse options that a device does not have.

        Args:
            device: Where the network runs.

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
        """Set the threads of PyTorch in this process to `num_threads`, if it is set."""
        if self.num_threads is not None:
            torch.set_num_threads(self.num_threads)

    def wants_channels_last(self, device: torch.device) -> bool:
        """Whether the network runs in ``channels_last`` on a device.

        Args:
            device: Where the network runs.
        """
        if self.channels_last is not None:
            return self.channels_last
        low = self.precision != 'float32'
        return device.type == 'cpu' or (low and device.type == 'cuda')

    @property
    def dtype(self) -> torch.dtype:
        """PyTorch's type of `precision`."""
        return getattr(torch, self.precision)
