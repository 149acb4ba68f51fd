"""What the sub-commands that measure have in common."""

import argparse
from typing import Any

from fairmot_mm.utils.machine import machine_line
from fairmot_mm.utils.urls import shown_name


def describe_run(args: argparse.Namespace, found: dict[str, Any], weights: str) -> str:
    """Say in a line what was tracked, and on what.

    Args:
        args: A command line with the options of `add_video_arguments` and
            `add_length_arguments`.
        found: What `measure_in_turn` gives for one of the variants.
        weights: What the weights are.
    """
    size = '{}x{}'.format(*args.input_size) if args.input_size else 'of the config'
    return (
        f'{weights}; {shown_name(args.input)}, network input {size}; {args.rounds} '
        f'run(s) of {found["frames"]} frames after {args.warmup}; {found["device"]}: '
        f'{machine_line(found["machine"])}.'
    )
