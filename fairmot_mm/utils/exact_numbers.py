"""Numbers of files and command lines: refused where they cannot be used exactly."""

import math
import re
from fractions import Fraction

from fairmot_mm.utils.errors import DataError

# Whole numbers up to this one have an exact value in float64.
LARGEST_WHOLE = 2**53 - 1
LARGEST_RATE = 100_000  # frames per second
_WHOLE = re.compile(r'[+-]?[0-9]{1,30}')
_RATIO = re.compile(r'([0-9]{1,12})\s*[/:]\s*([0-9]{1,12})')


def real_number(value: object, name: str) -> float:
    """Read a finite number.

    Args:
        value: A number, or text in ASCII digits.
        name: File, line and key of the value, for the message.

    Returns:
        The number.

    Raises:
        DataError: The value is not a finite number.
    """
    text = value.strip() if isinstance(value, str) else ''
    is_text = bool(text) and text.isascii() and '_' not in text
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        if not (is_text or is_number):
            raise ValueError
        number = float(text or value)  # type: ignore[arg-type]
    except ValueError:
        raise DataError(f'{name} = {value!r:.80} is not a number') from None
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise DataError(f'{name} = {value!s:.80} is not finite')
    return number


def whole_number(
    value: object, name: str, low: int = -LARGEST_WHOLE, high: int = LARGEST_WHOLE
) -> int:
    """Read a whole number, such as an identity or a frame.

    Args:
        value: A number, or text; ``1.0`` is the whole number 1.
        name: File, line and key of the value, for the message.
        low: Smallest allowed number.
        high: Largest allowed number.

    Returns:
        The number.

    Raises:
        DataError: The value is not a whole number from ``low`` to ``high``.
    """
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        exact = int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        exact = value
    else:
        number = real_number(value, name)
        if not number.is_integer():
            raise DataError(f'{name} = {value!s:.80} is not a whole number')
        exact = int(number)
    if not low <= exact <= high:
        least = 'above 0' if low == 1 else f'at least {low}'
        limit = least if exact < low else f'at most {high}'
        raise DataError(f'{name} = {value!s:.80} must be {limit}')
    return exact


def rate_number(value: object, name: str) -> float:
    """Read a number of frames per second.

    Args:
        value: A number, or text such as ``25`` or ``30000/1001``.
        name: File, line and key of the value, for the message.

    Returns:
        The number.

    Raises:
        DataError: The value is not a number above 0 and up to `LARGEST_RATE`.
    """
    ratio = _RATIO.fullmatch(value.strip()) if isinstance(value, str) else None
    if ratio:
        below = int(ratio[2])
        rate = float(Fraction(int(ratio[1]), below)) if below else 0.0
    else:
        rate = real_number(value, name)
    if not 0 < rate <= LARGEST_RATE:
        limit = 'above 0' if rate <= 0 else f'at most {LARGEST_RATE}'
        raise DataError(f'{name} = {value!s:.80} must be {limit}')
    return rate
