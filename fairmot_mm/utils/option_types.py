"""Types of the options of a command line."""

import argparse
import math
import re
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


_SECONDS = {'': 1, 's': 1, 'min': 60, 'h': 3600, 'd': 86_400}


def duration(text: str) -> float:
    """Read the value of an option that is a time, as in ``90``, ``90s`` or ``10min``.

    Args:
        text: As written on the command line.

    Returns:
        Seconds.

    Raises:
        argparse.ArgumentTypeError: It is no time above 0.
    """
    number = text.rstrip('abcdefghijklmnopqrstuvwxyz')
    unit = text[len(number) :]
    with suppress(ValueError):
        seconds = float(number) * _SECONDS.get(unit, math.nan)
        if 0 < seconds < math.inf:
            return seconds
    raise argparse.ArgumentTypeError(
        f'{text!r} must be a time above 0, as in 90s, 10min or 1.5h'
    )


# Kinds of devices of PyTorch; npu, mlu and musa come with packages of their makers.
_DEVICES = ('cpu', 'cuda', 'mps', 'xpu', 'npu', 'mlu', 'musa')


def device(text: str) -> str:
    """Read the name of a device, as in ``cpu`` or ``cuda:0``, without importing torch.

    Args:
        text: As written on the command line.

    Raises:
        argparse.ArgumentTypeError: PyTorch has no device of this name.
    """
    if not re.fullmatch(rf'({"|".join(_DEVICES)})(:\d+)?', text):
        raise argparse.ArgumentTypeError(
            f'{text!r} is no device; give one as in cpu, cuda or cuda:0 (the first '
            f'GPU); the kinds are {", ".join(_DEVICES)}'
        )
    return text


def positive_whole(text: str) -> int:
    """Read the value of an option that is a whole number from 1 on.

    Args:
        text: As written on the command line.

    Raises:
        argparse.ArgumentTypeError: It is another value.
    """
    return _whole(text, 1)


def whole_from_zero(text: str) -> int:
    """Read the value of an option that is a whole number from 0 on.

    Args:
        text: As written on the command line.

    Raises:
        argparse.ArgumentTypeError: It is another value.
    """
    return _whole(text, 0)


def _whole(text: str, low: int) -> int:
    with suppress(ValueError):
        if (number := int(text)) >= low:
            return number
    raise argparse.ArgumentTypeError(f'{text!r} must be a whole number from {low} on')


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
