import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData

from fairmot_mm.inference.agreement import Agreement


def found(*rows):
    """Detections of rows left, score, label, angle of the embedding."""
    table = torch.tensor(rows, dtype=torch.float32).reshape(-1, 4)
    left, scores, labels, angles = table.T
    return InstanceData(
        bboxes=torch.stack([left, 0 * left, left + 10, 0 * left + 20], dim=1),
        scores=scores,
        labels=labels.long(),
        embeds=torch.stack([angles.cos(), angles.sin()], dim=1),
    )


def test_pairs():
    """Boxes are paired one to one by overlap and class, above the threshold only."""
    expected = found((0, 0.9, 0, 0.0), (100, 0.8, 0, 0.0), (200, 0.6, 1, 0.0))
    other = found(
        (1, 0.7, 0, 0.5), (2, 0.8, 0, 0.0), (200, 0.6, 0, 0.0), (100, 0.3, 0, 0.0)
    )
    frame = Agreement.of_frame(expected, other, 0.4)
    assert (frame.expected, frame.found, frame.matched) == (3, 3, 1)
    assert frame.lost == pytest.approx(2 / 3)
    np.testing.assert_allclose(frame.scores, [0.2], atol=1e-6)
    np.testing.assert_allclose(frame.cosines, [1 - np.cos(0.5)], atol=1e-6)
    assert frame.turned == pytest.approx(1 - np.cos(0.5))


def test_frames_without_detections():
    """A network that finds nothing loses everything; two of them agree."""
    some, none = found((0, 0.9, 0, 0.0)), found()
    empty = Agreement.of_frame(none, none, 0.4)
    assert (empty.lost, empty.turned) == (0, 0)
    assert Agreement.of_frame(some, none, 0.4).lost == 1
    both = Agreement.of_frames([Agreement.of_frame(some, some, 0.4), empty])
    assert (both.matched, both.lost) == (1, 0)
    half = Agreement.of_frames(
        [Agreement.of_frame(some, some, 0.4), Agreement.of_frame(some, none, 0.4)]
    )
    assert half.lost == pytest.approx(1 / 3)
