"""Reading and writing label and result files of the KITTI tracking benchmark."""

from collections.abc import Iterable
from pathlib import Path

from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.exact_numbers import real_number, whole_number
from fairmot_mm.utils.frame_numbering import MAX_FRAME_NUMBER
from fairmot_mm.utils.named_rows import NamedRows
from fairmot_mm.utils.text_files import read_lines

# Names in the files; ours are in lower case.
KITTI_NAMES = (
    'Car',
    'Van',
    'Truck',
    'Pedestrian',
    'Person',
    'Person_sitting',
    'Cyclist',
    'Tram',
    'Misc',
    'DontCare',
)
_NAMES = {name.lower(): name for name in KITTI_NAMES}
_COLUMNS = 17  # and the score in results


def read_kitti(path: str | Path) -> NamedRows:
    """Read a file of ``label_02`` or a result file.

    A line is ``frame id type truncated occluded alpha left top right bottom``, three
    sizes, three coordinates, an angle and, in results, the score. Frames count from 0.

    Args:
        path: The text file.

    Returns:
        The rows of the file; ``DontCare`` has the identity -1.

    Raises:
        DataError: The file cannot be read, or a line is malformed.
    """
    rows, places = [], []
    for number, line in enumerate(read_lines(path), 1):
        words = line.split()
        if words:
            places.append(f'{path}, line {number}')
            rows.append(_row(words, places[-1]))
    return NamedRows.of(rows, places)


def _row(words: list[str], where: str) -> dict:
    if len(words) not in (_COLUMNS, _COLUMNS + 1):
        raise DataError(
            f'{where}: {len(words)} columns, but a row of KITTI has {_COLUMNS} or, '
            f'with a score, {_COLUMNS + 1}: {" ".join(words)[:80]!r}'
        )
    name = words[2].lower()
    if name not in _NAMES:
        raise DataError(
            f'{where}: class {words[2]!r:.80} is not one of KITTI: '
            f'{", ".join(KITTI_NAMES)}'
        )
    left, top, right, bottom = (
        real_number(word, f'{where}: {key}')
        for word, key in zip(
            words[6:10], ('left', 'top', 'right', 'bottom'), strict=True
        )
    )
    return {
        'frames': whole_number(words[0], f'{where}: frame', 0, MAX_FRAME_NUMBER),
        'ids': whole_number(
            words[1], f'{where}: identity', -1 if name == 'dontcare' else 0
        ),
        'names': name,
        'tlwh': (left, top, right - left, bottom - top),
        'truncation': real_number(words[3], f'{where}: truncated'),
        'occlusion': real_number(words[4], f'{where}: occluded'),
        'scores': real_number(words[_COLUMNS], f'{where}: score')
        if len(words) > _COLUMNS
        else 1.0,
    }


def format_kitti(
    frame: int,
    ids: Iterable[int],
    tlwh: Iterable[Iterable[float]],
    names: Iterable[str],
    scores: Iterable[float],
) -> str:
    """Format the result lines of one frame for the KITTI server.

    Args:
        frame: Frame number, counted from 0.
        ids: (M,) track identities.
        tlwh: (M, 4) left, top, width, height in pixels of the frame.
        names: (M,) names of the classes, see `KITTI_NAMES`; case does not matter.
        scores: (M,) scores.

    Returns:
        Lines of 18 columns that end in a newline. What a tracker of boxes does not know
        has the value that the benchmark gives to unknown numbers.

    Raises:
        DataError: A class has a name that KITTI does not have.
    """
    lines = []
    for identity, (x, y, w, h), name, score in zip(
        ids, tlwh, names, scores, strict=True
    ):
        if name.lower() not in _NAMES:
            raise DataError(
                f'class {name!r} has no name in KITTI: {", ".join(KITTI_NAMES)}'
            )
        lines.append(
            f'{frame} {int(identity)} {_NAMES[name.lower()]} -1 -1 -10 '
            f'{x:.4f} {y:.4f} {x + w:.4f} {y + h:.4f} '
            f'-1 -1 -1 -1000 -1000 -1000 -10 {score:.6g}\n'
        )
    return ''.join(lines)
