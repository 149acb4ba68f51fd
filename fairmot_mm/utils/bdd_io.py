"""Reading and writing label and result files of BDD100K tracking."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fairmot_mm.utils.benchmark_classes import BDD_CLASSES
from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.exact_numbers import real_number, whole_number
from fairmot_mm.utils.frame_numbering import MAX_FRAME_NUMBER
from fairmot_mm.utils.named_rows import NamedRows
from fairmot_mm.utils.text_files import read_json

# Names of earlier editions of the labels.
_EARLIER = {'person': 'pedestrian', 'motor': 'motorcycle', 'bike': 'bicycle'}


def read_bdd(path: str | Path) -> tuple[NamedRows, list[str]]:
    """Read the label or result file of a video.

    The file is a list of frames with ``frameIndex`` (in earlier editions ``index``),
    ``name`` and ``labels``; a label has ``id``, ``category``, ``box2d`` with ``x1``,
    ``y1``, ``x2`` and ``y2``, and perhaps ``attributes`` with ``crowd``.

    Args:
        path: The JSON file.

    Returns:
        The rows, with frames counted from 0 as in the file and identities numbered in
        the order in which they appear, and the ``name`` of each frame, '' without.

    Raises:
        DataError: The file cannot be read or is malformed, or frames are missing.
    """
    content = read_json(path)
    if isinstance(content, dict):
        content = content.get('frames')
    if not isinstance(content, list):
        raise DataError(f'{path} is not a BDD100K file: it is no list of frames')
    frames: dict[int, str] = {}
    identities: dict[str, int] = {}
    rows, places = [], []
    for number, frame in enumerate(content):
        where = f'{path}: frame {number}'
        index = _index(frame, where)
        if index in frames:
            raise DataError(f'{where}: frameIndex {index} occurs twice')
        frames[index] = str(frame.get('name') or '')
        labels = frame.get('labels') or []
        if not isinstance(labels, list):
            raise DataError(f'{where}: labels are no list')
        for place, label in enumerate(labels):
            places.append(f'{where}, label {place}')
            row = _row(label, places[-1])
            row['ids'] = identities.setdefault(row['ids'], len(identities) + 1)
            rows.append({**row, 'frames': index})
    if sorted(frames) != [*range(len(frames))]:
        absent = min(set(range(len(frames))) - set(frames))
        raise DataError(
            f'{path} has no frame with frameIndex {absent}: every frame of the video '
            'is needed, with an empty list where it shows nothing'
        )
    return NamedRows.of(rows, places), [frames[index] for index in sorted(frames)]


def _index(frame: Any, where: str) -> int:
    if not isinstance(frame, dict):
        raise DataError(f'{where} is no object with keys')
    for key in ('frameIndex', 'index'):
        if frame.get(key) is not None:
            return whole_number(frame[key], f'{where}: {key}', 0, MAX_FRAME_NUMBER)
    raise DataError(f'{where} has no frameIndex')


def _row(label: Any, where: str) -> dict:
    try:
        name, box = str(label['category']).lower(), label['box2d']
        identity = str(label['id'])
        x1, y1, x2, y2 = (
            real_number(box[key], f'{where}: {key}') for key in ('x1', 'y1', 'x2', 'y2')
        )
        attributes = {
            key.lower(): value for key, value in (label.get('attributes') or {}).items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f'{where}: id, category and box2d (x1, y1, x2, y2) are needed: {error}'
        ) from error
    name = _EARLIER.get(name, name)
    if name not in BDD_CLASSES:
        raise DataError(
            f'{where}: category {name!r:.80} is not one of BDD100K: '
            f'{", ".join(BDD_CLASSES)}'
        )
    return {
        'ids': identity,
        'names': name,
        'tlwh': (x1, y1, x2 - x1, y2 - y1),
        'scores': real_number(label.get('score', 1.0), f'{where}: score'),
        'is_crowd': bool(attributes.get('crowd')),
    }


def format_bdd(video: str, frames: Sequence[Mapping[str, Any]]) -> str:
    """Format the results of a video for the BDD100K server.

    Args:
        video: Name of the video.
        frames: All frames of the video in order, each with ``name`` (of its image),
            ``ids`` (M,), ``tlwh`` (M, 4) in pixels of the frame, ``names`` (M,) of the
            classes and ``scores`` (M,).

    Returns:
        The content of ``VIDEO.json``.

    Raises:
        DataError: A class has a name that BDD100K does not have.
    """
    content = []
    for index, frame in enumerate(frames):
        labels = []
        for identity, (x, y, w, h), name, score in zip(
            frame['ids'], frame['tlwh'], frame['names'], frame['scores'], strict=True
        ):
            if name.lower() not in BDD_CLASSES:
                raise DataError(
                    f'class {name!r} has no name in BDD100K: {", ".join(BDD_CLASSES)}'
                )
            box = {'x1': x, 'y1': y, 'x2': x + w, 'y2': y + h}
            labels.append(
                {
                    'id': str(int(identity)),
                    'category': name.lower(),
                    'score': round(float(score), 6),
                    'box2d': {key: round(float(box[key]), 4) for key in box},
                }
            )
        content.append(
            {
                'name': frame['name'],
                'videoName': video,
                'frameIndex': index,
                'index': index,
                'labels': labels,
            }
        )
    return json.dumps(content) + '\n'
