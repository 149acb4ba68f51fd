"""Detections from ground truth have the requested noise and are repeatable."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from fairmot_mm.synthetic import DetectionNoise, noisy_detections
from fairmot_mm.synthetic.noisy_detections import covered_shares
from fairmot_mm.utils import ConfigError, DataError

SILENT = DetectionNoise(
    jitter=0, miss_rate=0, ghost_rate=0, score_noise=0, embed_noise=0, likeness=0
)
NUM_FRAMES = 40


@pytest.fixture(scope='module')
def sequence(tmp_path_factory):
    """Two people side by side, a third behind the second, and an ignored row."""
    folder = tmp_path_factory.mktemp('seq') / 'STREET'
    (folder / 'img1').mkdir(parents=True)
    (folder / 'gt').mkdir()
    rows = []
    for t in range(1, NUM_FRAMES + 1):
        cv2.imwrite(str(folder / 'img1' / f'{t:06}.png'), np.zeros((60, 80, 3), 'u1'))
        rows += [
            f'{t},7,{t},10,20,40,1,1,1', f'{t},8,{100 + t},10,20,40,1,1,1',
            f'{t},9,{110 + t},5,20,40,1,1,0.5', f'{t},10,500,10,20,40,0,1,1',
        ]  # fmt: skip
    (folder / 'gt' / 'gt.txt').write_text('\n'.join(rows))
    return folder


def test_without_noise_detections_are_the_ground_truth(sequence):
    """Boxes equal the file; the covered person has a lower score, a mixed embedding."""
    found = noisy_detections(sequence, noise=SILENT)
    sample = found.sample(4)
    instances = sample.pred_instances
    assert (sample.frame_id, sample.frame_rate, sample.ori_shape) == (4, 30, (60, 80))
    assert sample.img_path.endswith('000005.png')
    np.testing.assert_allclose(
        instances.bboxes, [[5, 10, 25, 50], [105, 10, 125, 50], [115, 5, 135, 45]]
    )
    # Half of its width and 35 of its 40 rows are behind the second.
    np.testing.assert_allclose(instances.scores, [0.85, 0.85, 0.85 - 0.75 * 0.4375])
    cosine = instances.embeds @ instances.embeds.T
    np.testing.assert_allclose(cosine.diagonal(), 1, rtol=1e-5)
    assert abs(cosine[0, 1]) < 0.3 < cosine[1, 2]


def test_the_same_seed_gives_the_same_detections(sequence):
    """Arrays repeat with a seed and differ with another."""
    one, same, other = (noisy_detections(sequence, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.bboxes, same.bboxes)
    np.testing.assert_array_equal(one.embeds, same.embeds)
    assert not np.array_equal(one.starts, other.starts)


def test_kinds_of_noise_are_drawn_apart(sequence):
    """More jitter moves boxes, and the same people are missed."""
    noise = DetectionNoise(score_noise=0)
    one = noisy_detections(sequence, noise=noise)
    two = noisy_detections(sequence, noise=replace(noise, jitter=0.1))
    np.testing.assert_array_equal(one.starts, two.starts)
    np.testing.assert_array_equal(one.embeds, two.embeds)
    assert not np.array_equal(one.bboxes, two.bboxes)


def test_misses_ghosts_and_gaps(sequence):
    """The number of detections follows the rates."""
    total = 3 * NUM_FRAMES
    missed = noisy_detections(sequence, noise=replace(SILENT, miss_rate=0.5))
    assert 0.35 * total < len(missed.scores) < 0.65 * total
    ghosts = noisy_detections(sequence, noise=replace(SILENT, ghost_rate=1))
    assert 1.7 * total < len(ghosts.scores) < 2.3 * total
    gaps = noisy_detections(
        sequence, noise=replace(SILENT, gap_rate=0.5, gap_frames=1000)
    )
    counts = np.diff(gaps.starts)
    assert (np.diff(counts) <= 0).all()
    assert counts[-1] == 0


def test_order_and_embeddings(sequence):
    """The best score is first; the noise of embeddings has the requested length."""
    found = noisy_detections(sequence, noise=replace(SILENT, score_noise=0.3))
    for t in range(found.num_frames):
        scores = found.sample(t).pred_instances.scores
        assert (scores.diff() <= 0).all()
    noisy = noisy_detections(sequence, noise=replace(SILENT, embed_noise=0.7))
    clean = noisy_detections(sequence, noise=SILENT)
    cosine = (noisy.embeds * clean.embeds).sum(axis=1)
    assert cosine.mean() == pytest.approx(1 / np.sqrt(1 + 0.7**2), abs=0.02)
    alike = noisy_detections(sequence, noise=replace(SILENT, likeness=0.6))
    pair = alike.sample(0).pred_instances.embeds[:2]
    assert float(pair[0] @ pair[1]) == pytest.approx(0.6, abs=0.1)


def test_stride_keeps_every_nth_frame(sequence):
    """Frames, frame rate and ground truth are those of the video with fewer frames."""
    slow = noisy_detections(sequence, noise=replace(SILENT, stride=3))
    assert (slow.num_frames, slow.frame_rate) == (14, 10)
    assert slow.images[1].name == '000004.png'
    second = slow.gt[slow.gt.frames == 2]
    np.testing.assert_array_equal(second.tlwh[0], [4, 10, 20, 40])
    np.testing.assert_allclose(slow.sample(1).pred_instances.bboxes[0, 0], 4)


def test_covered_shares():
    """A box whose lower edge is lower covers the others; the largest share counts."""
    tlwh = np.array([[0.0, 0, 10, 10], [5, 5, 10, 10], [0, 8, 10, 10], [90, 0, 9, 9]])
    share, front = covered_shares(tlwh)
    np.testing.assert_allclose(share, [0.25, 0.35, 0, 0])
    assert front[:2].tolist() == [1, 2]


def test_errors(sequence, tmp_path):
    """A share above 1, a stride of 0 and a missing folder are refused."""
    with pytest.raises(ConfigError, match='miss_rate=2'):
        DetectionNoise(miss_rate=2)
    with pytest.raises(ConfigError, match='stride'):
        DetectionNoise(stride=0)
    with pytest.raises(DataError, match='not a folder'):
        noisy_detections(tmp_path / 'nowhere')
