"""The contract of what gives finished tracks other identities."""

from typing import Protocol

import numpy as np

from fairmot_mm.utils import MOTRows


class TrackRelabeling(Protocol):
    """Gives rows of finished tracks other identities, and changes nothing else."""

    def relabel(
        self, rows: MOTRows, frame_rate: float, embeds: np.ndarray | None = None
    ) -> MOTRows:
        """Link or split the tracks of a video.

        Args:
            rows: N results of a whole video, in any order; boxes in pixels, frames
                that follow each other one by one.
            frame_rate: Frames per second.
            embeds: (N, C) embedding of each row, of unit length; NaN in rows that have
                none. None if there are no embeddings at all.

        Returns:
            The N rows in the same order, with other identities.

        Raises:
            DataError: An identity is more than once in a frame.
            ConfigError: Embeddings are needed.
        """
