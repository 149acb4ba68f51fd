"""Smoothing tracks by Gaussian process regression."""

from dataclasses import replace

import numpy as np
import scipy  # it imports its parts when they are used

from fairmot_mm.postprocessing.linear_interpolation import by_track
from fairmot_mm.utils import MOTRows
from fairmot_mm.utils.contracts import require_range

_MIN_LENGTH = 3  # a shorter track is a straight line already
# With a shorter length scale, in frames, neighbouring boxes hardly smooth each other.
_MIN_SCALE = 3.0


def smooth_tracks(rows: MOTRows, tau: float = 10, noise: float = 1e-4) -> MOTRows:
    """Replace the boxes of tracks by boxes of a smooth motion.

    With `interpolate_tracks` before it, this is the Gaussian-smoothed interpolation of
    StrongSORT (Du et al., 2023): the regression is on every frame of a track without a
    gap, with a radial basis function whose length scale of ``tau * log(tau^3 / l)``
    frames is shorter for longer tracks, l being the number of frames.

    It improves on mmdet's `InterpolateTracklets(use_gsi=True)` in three ways. It
    smooths the deviation from a straight line, so that fast people are not drawn to
    their mean position. The noise of the boxes is a parameter; there it is a rounding
    effect of an ill-conditioned matrix. The matrix is Toeplitz, because the frames
    follow each other one by one, so a track of l frames takes l^2 steps and no l x l
    memory. Where a gap is left, a track is smoothed in pieces.

    Args:
        rows: N results of a whole video, in any order; boxes in pixels.
        tau: Strength of the smoothing; a larger value gives straighter tracks.
        noise: Variance of the boxes around the motion, as a share of the variance of
            the motion around a straight line.

    Returns:
        The N rows, sorted by frame and identity; those of pieces of one or two frames
        are unchanged.

    Raises:
        ConfigError: A parameter is not above 0.
        DataError: An identity is more than once in a frame.
    """
    require_range(above=0, tau=tau, noise=noise)
    rows = rows[by_track(rows)]
    breaks = (np.diff(rows.frames) != 1) | (np.diff(rows.ids) != 0)
    pieces = np.split(rows.tlwh, np.flatnonzero(breaks) + 1)
    tlwh = np.concatenate([_smooth(piece, tau, noise) for piece in pieces])
    rows = replace(rows, tlwh=tlwh)
    return rows[np.lexsort((rows.ids, rows.frames))]


def _smooth(tlwh: np.ndarray, tau: float, noise: float) -> np.ndarray:
    """Mean of the process given (L, 4) boxes of frames that follow each other."""
    length = len(tlwh)
    if length < _MIN_LENGTH:
        return tlwh
    scale = np.clip(tau * np.log(tau**3 / length), _MIN_SCALE, max(tau**2, _MIN_SCALE))
    time = np.arange(length)
    line = np.column_stack([np.ones(length), time])
    trend = line @ np.linalg.lstsq(line, tlwh, rcond=None)[0]
    kernel = np.exp(-0.5 * (time / scale) ** 2)
    observed = kernel.copy()
    observed[0] += noise
    solved = scipy.linalg.solve_toeplitz(observed, tlwh - trend)
    smooth = scipy.linalg.matmul_toeplitz(kernel, solved)
    size = (trend + smooth)[:, 2:]
    # A size that would not be above 0 stays as it was.
    size = np.where(size > 0, size, tlwh[:, 2:])
    return np.concatenate([(trend + smooth)[:, :2], size], axis=1)
