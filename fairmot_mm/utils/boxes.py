"""Boxes in the three forms that the package uses, and conversions between them.

- ``xyxy``: left, top, right, bottom: detections, tracks, ground truth of training.
- ``tlwh``: left, top, width, height: files of the MOTChallenge, tracker, evaluation.
- ``cxcywh``: centre x, centre y, width, height: label files, Kalman filter.

Every function takes a numpy array or a torch tensor of floating-point numbers. The
result is a new one of the same kind and dtype, in the coordinate frame and unit of the
argument.
"""

from typing import TypeVar

import numpy as np
import torch

Boxes = TypeVar('Boxes', np.ndarray, torch.Tensor)


def xyxy_to_tlwh(xyxy: Boxes) -> Boxes:
    """Convert edges to corner and size.

    Args:
        xyxy: (..., 4) left, top, right, bottom.

    Returns:
        (..., 4) left, top, width, height.
    """
    return _join(xyxy[..., :2], box_sizes(xyxy))


def tlwh_to_xyxy(tlwh: Boxes) -> Boxes:
    """Convert corner and size to edges.

    Args:
        tlwh: (..., 4) left, top, width, height.

    Returns:
        (..., 4) left, top, right, bottom.
    """
    corner, size = tlwh[..., :2], tlwh[..., 2:]
    return _join(corner, corner + size)


def tlwh_to_cxcywh(tlwh: Boxes) -> Boxes:
    """Convert corner and size to centre and size.

    Args:
        tlwh: (..., 4) left, top, width, height.

    Returns:
        (..., 4) centre x, centre y, width, height.
    """
    corner, size = tlwh[..., :2], tlwh[..., 2:]
    return _join(corner + size / 2, size)


def cxcywh_to_tlwh(cxcywh: Boxes) -> Boxes:
    """Convert centre and size to corner and size.

    Args:
        cxcywh: (..., 4) centre x, centre y, width, height.

    Returns:
        (..., 4) left, top, width, height.
    """
    centre, size = cxcywh[..., :2], cxcywh[..., 2:]
    return _join(centre - size / 2, size)


def cxcywh_to_xyxy(cxcywh: Boxes) -> Boxes:
    """Convert centre and size to edges.

    Args:
        cxcywh: (..., 4) centre x, centre y, width, height.

    Returns:
        (..., 4) left, top, right, bottom.
    """
    centre, half = cxcywh[..., :2], cxcywh[..., 2:] / 2
    return _join(centre - half, centre + half)


def box_sizes(xyxy: Boxes) -> Boxes:
    """Width and height of boxes.

    Args:
        xyxy: (..., 4) left, top, right, bottom.

    Returns:
        (..., 2) width, height.
    """
    return xyxy[..., 2:] - xyxy[..., :2]


def _join(first: Boxes, second: Boxes) -> Boxes:
    """Join two arrays (..., 2) along the last axis."""
    if isinstance(first, torch.Tensor):
        return torch.cat([first, second], dim=-1)
    return np.concatenate([first, second], axis=-1)
