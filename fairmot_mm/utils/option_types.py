"""Types of the options of a command line."""

import argparse
import math
from contextlib import suppress


def finite_number(text: str) -> float:
    """Read the value of an option that is a number.

    Args:
        text: As written on the command line.

    Raises:
        argparse.ArgumentTypeError: It is no number, or not finite.
    """
    with suppress(ValueError):
        if math.isfinite(number := float(text)):
            return number
    raise argparse.ArgumentTypeError(f'{text!r} is not a number')


def positive_whole(text: str) -> int:
    """Read the value of an option that is a whole number from 1 on.

    Args:
        text: As written on the command line.

    Raises:
        argparse.ArgumentTypeError: It is another value.
    """
    with suppress(ValueError):
        if (number := int(text)) >= 1:
            return number
    raise argparse.ArgumentTypeError(f'{text!r} must be a whole number from 1 on')


def whole_from_zero(text: str) -> int:
    """Read the value of an option that is a whole number from 0 on.

    Args:
        text: As written on the command line.

    Raises:
        argparse.ArgumentTypeError: It is another value.
    """
    with suppress(ValueError):
        if (number := int(text)) >= 0:
            return number
    raise argparse.ArgumentTypeError(f'{text!r} must be a whole number from 0 on')


def positive_number(text: str) -> float:
    """Read the value of an option that is a number above 0.

    Args:
        text: As written on the command line.

    Raises:
        argparse.ArgumentTypeError: It is another value.
    """
    number = finite_number(text)
    if number > 0:
        return number
    raise argparse.ArgumentTypeError(f'{text!r} must be a number above 0')
