"""Running a converter of data sets, after its files are checked."""

import argparse
from importlib import import_module

from fairmot_mm.utils.converter_arguments import run_converter
from fairmot_mm.utils.inputs import require_paths
from fairmot_mm.utils.outputs import require_out_folder


def run_conversion(name: str, args: argparse.Namespace, *sources: str) -> None:
    """Check what a command line names, and call the converter.

    Args:
        name: Function of `fairmot_mm.datasets.converters`.
        args: Its arguments; ``out`` is the folder that it writes into.
        sources: Files and folders that it reads.

    Raises:
        DataError: A source does not exist.
        OutputError: The folder cannot be written.
    """
    require_paths(*sources)
    require_out_folder(args.out)
    run_converter(getattr(import_module('fairmot_mm.datasets.converters'), name), args)
