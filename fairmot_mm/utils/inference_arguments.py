"""Options of how a network runs."""

import argparse
from typing import Any

from fairmot_mm.utils.option_types import device

_INFERENCE = (
    'backend',
    'provider',
    'precision',
    'channels_last',
    'fuse_conv_bn',
    'compile',
    'cuda_graphs',
    'num_threads',
)


def add_inference_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of how a network runs; `inference_options` reads them.

    Each is the key of the config's ``inference`` of the same name.
    """
    group = parser.add_argument_group(
        'inference',
        'how the network runs; docs/reference/inference_options.md compares them',
    )
    group.add_argument(
        '--device',
        type=device,
        help='as in cpu, cuda:1 or mps (default: the accelerator)',
    )
    group.add_argument(
        '--backend',
        choices=['pytorch', 'onnxruntime', 'openvino'],
        help='what runs the network (pytorch; onnxruntime for an ONNX file)',
    )
    group.add_argument(
        '--provider',
        choices=['cpu', 'cuda', 'tensorrt'],
        help='execution provider of onnxruntime (that of the device)',
    )
    group.add_argument(
        '--precision',
        choices=['float32', 'float16', 'bfloat16'],
        help='precision of the network (float32)',
    )
    for name, text in (
        (
            'channels-last',
            'memory layout of the feature maps (on by default on a CPU, '
            'and in low precision on a GPU)',
        ),
        ('fuse-conv-bn', 'fold batch norms into convolutions'),
        ('compile', 'generate code for the network at its first frame'),
        ('cuda-graphs', 'record the kernels of the network and replay them'),
    ):
        group.add_argument(
            f'--{name}',
            action=argparse.BooleanOptionalAction,
            help=text,
        )
    group.add_argument(
        '--num-threads',
        type=int,
        metavar='N',
        help='threads of an operation on a CPU',
    )


def inference_options(args: argparse.Namespace) -> dict[str, Any] | None:
    """Join ``--cfg-options`` with the options of `add_inference_arguments`.

    Args:
        args: A command line with both.

    Returns:
        Config keys to override; None where there are none.
    """
    named = {f'inference.{name}': getattr(args, name) for name in _INFERENCE}
    named = {key: value for key, value in named.items() if value is not None}
    return {**(args.cfg_options or {}), **named} or None
