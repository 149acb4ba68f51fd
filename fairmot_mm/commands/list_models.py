"""Print the model zoo as a Markdown table: docs/reference/model_zoo.md has it."""

import argparse

from fairmot_mm.utils.cli import make_parser, one_line_errors


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    return make_parser(__doc__).parse_args()


@one_line_errors()
def main() -> None:
    """Run the tool."""
    parse_args()
    from fairmot_mm.actions.list_models import list_zoo

    list_zoo()
