"""Results of a test set as the MOTChallenge server takes them."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from fairmot_mm.utils import atomic_path

_DETECTORS = ('DPM', 'FRCNN', 'SDP')
_MOT17 = re.compile(rf'(MOT17-\d+)-({"|".join(_DETECTORS)})')
# Of every file in the archive, so that the same results are the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def write_submission(path: str | Path, results: Mapping[str, str]) -> list[str]:
    """Write result files into one zip, without folders.

    MOT17 has every video three times, once for each of its public detectors, and its
    server wants a file for all: with detections of one's own they are the same, so
    names that are missing get the results of their sibling.

    Args:
        path: The archive; it appears only when complete.
        results: Text of the result file of each sequence, by its name.

    Returns:
        Names of the sequences in it.

    Raises:
        OutputError: The folder cannot be created or written.
    """
    texts = dict(results)
    for name, text in results.items():
        match = _MOT17.fullmatch(name)
        if match:
            for detector in _DETECTORS:
                texts.setdefault(f'{match[1]}-{detector}', text)
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, 'w') as archive:
        for name in sorted(texts):
            entry = zipfile.ZipInfo(f'{name}.txt', _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, texts[name])
    return sorted(texts)
