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
    require_tracker,
)
from fairmot_mm.utils.outputs import require_out_file, require_out_folder

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
    if hasattr(args, 'input'):
        require_source(args.input)
    options = getattr(args, 'cfg_options', None)
    if args.command == 'tracker':
        require_tracker(args.config, options)
    else:
        named = [args.config] if hasattr(args, 'config') else []
        for config in getattr(args, 'configs', named):
            require_config(config, options)
    require_checkpoint(getattr(args, 'checkpoint', None))
    require_out_folder(getattr(args, 'out_dir', None))
    require_out_file(args.json)
    from fairmot_mm.actions.benchmark import benchmark

    benchmark(args)
