"""Writing results of a test set for the server of a benchmark."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from fairmot_mm.utils import atomic_path

_DETECTORS = ('DPM', 'FRCNN', 'SDP')
_MOT17 = re.compile(rf'(MOT17-\d+)-({"|".join(_DETECTORS)})')
# Date of every file in the archive, so that equal results give equal bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def write_submission(
    path: str | Path, results: Mapping[str, str], suffix: str = '.txt'
) -> list[str]:
    """Write result files into one zip, without folders.

    MOT17 has every video three times, once for each public detector, and the server
    requires a result file for each. Our detector gives the same results for all three,
    so a missing file is a copy of the others.

    Args:
        path: The archive; it appears only when it is complete.
        results: For each sequence name, the text of its result file.
        suffix: Ending of the files.

    Returns:
        Names of the sequences in the archive.

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
            entry = zipfile.ZipInfo(f'{name}{suffix}', _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, texts[name])
    return sorted(texts)
