"""Measure how fast and in how much memory networks track and train.

`benchmark.py COMMAND --help` explains each command. `networks` is `track` for all our
networks; `tracker` needs neither a network nor a video.
"""

import argparse

from fairmot_mm.commands.benchmarks import (
    classifier,
    frames,
    load,
    networks,
    operators,
    options,
    soak,
    streams,
    track,
    tracker,
    train,
)
from fairmot_mm.commands.benchmarks.shared import parse_command
from fairmot_mm.utils.cli import one_line_errors
from fairmot_mm.utils.inputs import (
    require_checkpoint,
    require_config,
    require_source,
)

COMMANDS = (
    track,
    train,
    networks,
    options,
    operators,
    frames,
    soak,
    streams,
    load,
    classifier,
    tracker,
)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    return parse_command(__doc__, COMMANDS)


@one_line_errors('nothing was written')
def main() -> None:
    """Run the tool."""
    args = parse_args()
    require_config(getattr(args, 'config', None))
    require_checkpoint(getattr(args, 'checkpoint', None))
    if hasattr(args, 'input'):
        require_source(args.input)
    from fairmot_mm.actions.benchmark import benchmark

    benchmark(args)
