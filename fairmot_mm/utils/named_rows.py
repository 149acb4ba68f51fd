"""Objects of label and result files that name their classes."""

from dataclasses import dataclass

import numpy as np

_COLUMNS = {
    'frames': np.int64,
    'ids': np.int64,
    'names': object,
    'tlwh': np.float64,
    'scores': np.float64,
    'truncation': np.float64,
    'occlusion': np.float64,
    'is_crowd': bool,
}


@dataclass(frozen=True)
class NamedRows:
    """The N objects of a file, in file order.

    Attributes:
        frames: (N,) int64 frame numbers.
        ids: (N,) int64 identities, -1 where there is none.
        names: (N,) object, names of the classes in lower case.
        tlwh: (N, 4) float64 left, top, width, height in pixels of the frame.
        scores: (N,) float64 scores of results, 1 without.
        truncation: (N,) float64, as the benchmark counts it; 0 without.
        occlusion: (N,) float64, as the benchmark counts it; 0 without.
        is_crowd: (N,) bool, boxes around a crowd and not around one object.
        places: N texts with file and line or key, for messages.
    """

    frames: np.ndarray
    ids: np.ndarray
    names: np.ndarray
    tlwh: np.ndarray
    scores: np.ndarray
    truncation: np.ndarray
    occlusion: np.ndarray
    is_crowd: np.ndarray
    places: list[str]

    @classmethod
    def of(cls, rows: list[dict], places: list[str]) -> 'NamedRows':
        """Make the columns of rows.

        Args:
            rows: N dicts with the names of the columns in the singular of this class:
                ``frames``, ``ids``, ``names`` and ``tlwh`` are needed.
            places: See `NamedRows`.
        """
        default = {'scores': 1.0, 'truncation': 0.0, 'occlusion': 0.0, 'is_crowd': 0}
        columns = {
            name: np.array([{**default, **row}[name] for row in rows], kind)
            for name, kind in _COLUMNS.items()
        }
        columns['tlwh'] = columns['tlwh'].reshape(-1, 4)
        return cls(**columns, places=places)

    def where(self, row: int) -> str:
        """File and line or key of a row, for a message.

        Args:
            row: Number of the row, from 0.
        """
        return self.places[row]

    def __len__(self) -> int:
        return len(self.frames)
