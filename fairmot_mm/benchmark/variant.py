"""Ways of running a network that are compared with each other."""

import re
from dataclasses import dataclass, field
from typing import Any

from mmengine.config import Config

from fairmot_mm.utils import ConfigError

ONNXRUNTIME = 'onnxruntime'
_SWITCHES: dict[str, dict[str, Any]] = {
    'pytorch': {},
    'mmcv': {
        'model.detector.neck.conv_cfg.type': 'mmengine.DCNv2',
        'inference.channels_last': False,
    },
    'contiguous': {'inference.channels_last': False},
    'channels-last': {'inference.channels_last': True},
    'fuse-conv-bn': {'inference.fuse_conv_bn': True},
    'float16': {'inference.precision': 'float16'},
    'bfloat16': {'inference.precision': 'bfloat16'},
    'compile': {'inference.compile': True},
    'cuda-graphs': {'inference.cuda_graphs': True},
    'no-threads': {},
    ONNXRUNTIME: {},
}
ON_CPU = ('pytorch', 'mmcv', 'contiguous', 'fuse-conv-bn', 'bfloat16', 'compile')
ON_GPU = (
    'pytorch',
    'no-threads',
    'channels-last',
    'fuse-conv-bn',
    'bfloat16',
    'float16',
    'float16+compile',
    'float16+cuda-graphs',
    'float16+batch-8',
    'float16+fuse-conv-bn+cuda-graphs+batch-8',
)


@dataclass(frozen=True)
class Variant:
    """A way of running a network.

    Attributes:
        name: Name as given to `parse`.
        cfg_options: Keys of the config that the variant sets.
        settings: Arguments of `TrackInferencer` that the variant sets.
        uses_onnx: Whether the network is an ONNX file.
    """

    name: str
    cfg_options: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    uses_onnx: bool = False

    @classmethod
    def parse(cls, name: str) -> 'Variant':
        """Read a name such as ``float16+fuse-conv-bn+batch-4``.

        ``pytorch`` sets nothing. ``mmcv`` is PyTorch with mmcv's own deformable
        convolution and the memory layout that it needs. ``onnxruntime`` exports the
        network, ``no-threads`` runs one step after the other, ``batch-N`` puts N frames
        into a batch, and the others set the key of ``inference`` with the same name.

        Args:
            name: Names of options joined by ``+``.

        Raises:
            ConfigError: An option is not known.
        """
        options = name.split('+')
        settings: dict[str, Any] = {}
        cfg_options: dict[str, Any] = {}
        for option in options:
            batch = re.fullmatch(r'batch-([1-9]\d*)', option)
            if batch:
                settings['batch_size'] = int(batch[1])
            elif option in _SWITCHES:
                cfg_options.update(_SWITCHES[option])
            else:
                raise ConfigError(
                    f'there is no variant {option!r}; options, joined by +, are '
                    f'{", ".join(_SWITCHES)} and batch-N'
                )
        if 'no-threads' in options:
            settings['threads'] = False
        return cls(name, cfg_options, settings, ONNXRUNTIME in options)

    def suits(self, cfg: Config) -> bool:
        """Whether the network of a config can be run in this way."""
        if 'model.detector.neck.conv_cfg.type' not in self.cfg_options:
            return True
        neck = cfg.model.detector.get('neck')
        conv_cfg = neck.get('conv_cfg') if isinstance(neck, dict) else None
        return conv_cfg is not None and conv_cfg.type == 'DCNv2'
