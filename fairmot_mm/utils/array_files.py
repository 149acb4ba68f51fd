"""Reading files of arrays (``.npz``)."""

import struct
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fairmot_mm.utils.errors import DataError

# What numpy and zipfile raise on damaged bytes, besides ValueError and OSError.
_DAMAGED = (
    EOFError,
    MemoryError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    struct.error,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_arrays(
    path: str | Path, names: Sequence[str], what: str
) -> dict[str, np.ndarray]:
    """Read named arrays of a ``.npz`` file.

    Args:
        path: The file.
        names: Names of the arrays.
        what: What the file should be, for the message.

    Returns:
        The arrays by name.

    Raises:
        DataError: The file is missing, damaged, or has no array of a name.
    """
    if not Path(path).is_file():
        raise DataError(f'{path} does not exist')
    if not zipfile.is_zipfile(path):
        raise DataError(f'{path} is not {what}')
    try:
        with np.load(path) as stored:
            if missing := sorted(set(names) - set(stored)):
                raise DataError(f'{path} is not {what}: {missing[0]} is missing')
            return {name: stored[name] for name in names}
    except DataError:
        raise
    except (ValueError, OSError, LookupError, *_DAMAGED) as error:
        reason = ' '.join(str(error).split())
        raise DataError(f'{path} is not {what}: {reason}') from error
