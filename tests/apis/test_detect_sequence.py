import numpy as np
import pytest

from fairmot_mm.apis import TrackInferencer, detect_sequence
from fairmot_mm.synthetic import SyntheticScene, write_sequence


@pytest.fixture(scope='module')
def street(tmp_path_factory):
    scene = SyntheticScene(1, 4, width=192, height=128, num_frames=5)
    return write_sequence(tmp_path_factory.mktemp('data') / 'street', scene)


@pytest.mark.parametrize('batch_size', [1, 3])
def test_detections_are_those_of_tracking(exact_network, street, batch_size):
    """Frame by frame they are what the tracker gets, for every batch size."""
    calls = []
    found = detect_sequence(
        exact_network, street, batch_size, on_frame=lambda: calls.append(1)
    )
    assert len(calls) == len(found.images) == 5
    assert (found.name, found.ori_shape) == ('street', (128, 192))
    samples = list(TrackInferencer(exact_network)(street))
    assert len(found.bboxes) > 5
    for start, end, sample in zip(
        found.starts[:-1], found.starts[1:], samples, strict=True
    ):
        expected = sample.pred_instances
        np.testing.assert_allclose(found.bboxes[start:end], expected.bboxes)
        np.testing.assert_allclose(found.scores[start:end], expected.scores)
        np.testing.assert_allclose(found.embeds[start:end], expected.embeds)


def test_ground_truth(exact_network, street):
    """It comes along; a sequence without it has no row."""
    assert set(detect_sequence(exact_network, street).gt.frames) == {1, 2, 3, 4, 5}
    (street / 'gt' / 'gt.txt').unlink()
    assert len(detect_sequence(exact_network, street).gt) == 0
