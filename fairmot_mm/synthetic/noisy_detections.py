"""Detections made from ground truth and seeded noise, without a trained model.

They have the errors of a real detector that matter for a tracker: boxes are inexact and
people are missed. A person who is covered by another person gets a lower score, and an
embedding that is more similar to the other person's.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from fairmot_mm.evaluation import DetectedSequence
from fairmot_mm.utils import DataError, SequenceInfo
from fairmot_mm.utils.boxes import tlwh_to_xyxy
from fairmot_mm.utils.contracts import require_range


@dataclass(frozen=True)
class DetectionNoise:
    """How much detections differ from the ground truth.

    Attributes:
        jitter: Standard deviation of centre and size, relative to the size of the box.
        miss_rate: Share of boxes that are not detected, in [0, 1].
        ghost_rate: Number of false detections per box of ground truth. A false
            detection has a place and a size from the sequence, a random embedding, and
            a score from 0.1 to 0.6.
        score: Mean score of a fully visible person, in [0, 1].
        score_noise: Standard deviation of scores.
        score_drop: Amount by which the score of a fully covered box is lower.
        embed_dims: Channels C of an embedding.
        embed_noise: Length of the noise that is added to an embedding of length 1. With
            0.7, two embeddings of a person have a cosine of about 0.7.
        likeness: Cosine between the embeddings of different people without noise, in
            [0, 1].
        gap_rate: Probability per frame that a gap begins, during which a person is not
            detected, in [0, 1].
        gap_frames: Length of a gap in frames.
        stride: Keep only every n-th frame, and divide the frame rate by n.

    Raises:
        ConfigError: A value is out of its range.
    """

    jitter: float = 0.04
    miss_rate: float = 0.1
    ghost_rate: float = 0.05
    score: float = 0.85
    score_noise: float = 0.07
    score_drop: float = 0.75
    embed_dims: int = 128
    embed_noise: float = 0.7
    likeness: float = 0.5
    gap_rate: float = 0.0
    gap_frames: int = 0
    stride: int = 1

    def __post_init__(self) -> None:
        for name in ('miss_rate', 'score', 'likeness', 'gap_rate'):
            require_range(low=0, high=1, **{name: getattr(self, name)})
        require_range(low=1, stride=self.stride, embed_dims=self.embed_dims)


def noisy_detections(
    folder: str | Path, seed: int = 0, noise: DetectionNoise | None = None
) -> DetectedSequence:
    """Make detections of a MOTChallenge sequence from its ground truth.

    Pedestrians with a mark other than 0 are detected. The same seed and noise give the
    same arrays. Each kind of noise has its own random numbers: when one kind changes,
    the others stay the same, so that two settings can be compared.

    Args:
        folder: Sequence folder with `img1` and `gt/gt.txt`.
        seed: Seed of the random numbers.
        noise: Amount of noise; by default `DetectionNoise()`.

    Returns:
        The detections with the image files and the ground truth of the sequence.

    Raises:
        DataError: Images or ground truth are missing or malformed.
    """
    noise = noise or DetectionNoise()
    info = SequenceInfo.read(folder)
    images, frames = info.images[:: noise.stride], info.frames[:: noise.stride]
    gt = info.read_ground_truth()
    gt = gt[np.isin(gt.frames, frames)]
    if noise.stride > 1:  # a video of its own, whose frames count from 1
        gt = replace(gt, frames=1 + np.searchsorted(frames, gt.frames))
        frames = np.arange(1, len(frames) + 1)
    people = gt[gt.is_counted_pedestrian()]
    if len(people) == 0:
        raise DataError(f'{info.gt_file} has no pedestrian with a mark other than 0')
    ids, persons = np.unique(people.ids, return_inverse=True)
    embeds = _person_embeds(len(ids), noise, np.random.default_rng([seed, 0]))
    detector = _NoisyDetector(people.tlwh, persons, embeds, noise)
    found = [
        detector(
            np.flatnonzero(people.frames == frame), np.random.default_rng([seed, t])
        )
        for t, frame in enumerate(frames)
    ]
    counts = [len(boxes) for boxes, _ in found]
    boxes = np.concatenate([boxes for boxes, _ in found])
    return DetectedSequence(
        name=info.name,
        frame_rate=info.frame_rate / noise.stride,
        ori_shape=(info.height, info.width),
        gt=gt,
        starts=np.cumsum([0, *counts]),
        bboxes=boxes[:, :4].astype(np.float32),
        scores=boxes[:, 4].astype(np.float32),
        labels=np.zeros(len(boxes), dtype=np.int64),
        embeds=np.concatenate([embeds for _, embeds in found]),
        images=tuple(images),
        frames=frames,
    )


def covered_shares(tlwh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute which share of each box is covered by one box in front.

    A box is in front of another if its lower edge is lower in the image. If several
    boxes are in front, the one that covers most counts.

    Args:
        tlwh: (N, 4) left, top, width, height in pixels of the boxes of a frame, N > 0.

    Returns:
        (N,) shares in [0, 1] and (N,) indices of the boxes in front.
    """
    start, end = tlwh[:, :2], tlwh[:, :2] + tlwh[:, 2:]
    sides = np.minimum(end[:, None], end) - np.maximum(start[:, None], start)
    overlap = np.prod(np.maximum(sides, 0), axis=2)
    share = overlap / np.maximum(np.prod(tlwh[:, 2:], axis=1), 1e-9)[:, None]
    share[end[:, None, 1] >= end[None, :, 1]] = 0
    return share.max(axis=1), share.argmax(axis=1)


@dataclass(eq=False)
class _NoisyDetector:
    """Detect the people of one frame after the other; keep the gaps of each person.

    Args:
        tlwh: (N, 4) all boxes of the sequence.
        persons: (N,) index of the person in each box.
        person_embeds: (P, C) embedding of every person.
        noise: Amount of noise.
    """

    tlwh: np.ndarray
    persons: np.ndarray
    person_embeds: np.ndarray
    noise: DetectionNoise

    def __post_init__(self) -> None:
        self.gap_left = np.zeros(len(self.person_embeds), dtype=np.int64)

    def __call__(
        self, rows: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return boxes (M, 5) xyxy and score, best first, and embeddings (M, C)."""
        found, embeds = self._people(rows, rng)
        false, false_embeds = self._false_detections(len(rows), rng)
        tlwh_score = np.concatenate([found, false])
        embeds = np.concatenate([embeds, false_embeds])
        order = np.argsort(-tlwh_score[:, 4], kind='stable')
        boxes = tlwh_score[order]
        boxes[:, :4] = tlwh_to_xyxy(boxes[:, :4])
        return boxes, _unit(embeds[order]).astype(np.float32)

    def _people(
        self, rows: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Detect people: (M, 5) tlwh and score, (M, C) embeddings."""
        noise, count = self.noise, len(rows)
        shift, grow = rng.normal(0, 1, (2, count, 2))
        score_noise = rng.normal(0, noise.score_noise, count)
        missed = rng.random(count) < noise.miss_rate
        embed_noise = _unit(rng.normal(0, 1, (count, noise.embed_dims)))
        gap_begins = rng.random(count) < noise.gap_rate
        if count == 0:
            return np.zeros((0, 5)), np.zeros((0, noise.embed_dims))
        tlwh, persons = self.tlwh[rows], self.persons[rows]
        covered, front = covered_shares(tlwh)
        score = noise.score - noise.score_drop * covered + score_noise
        share = covered[:, None]
        clean = self.person_embeds[persons]
        embeds = _unit((1 - share) * clean + share * clean[front])
        size = tlwh[:, 2:] * np.exp(noise.jitter * grow)
        middle = tlwh[:, :2] + tlwh[:, 2:] / 2 + noise.jitter * shift * tlwh[:, 2:]
        seen = ~missed & ~self._in_gap(persons, gap_begins)
        boxes = np.column_stack([middle - size / 2, size, np.clip(score, 0.01, 1)])
        return boxes[seen], (embeds + noise.embed_noise * embed_noise)[seen]

    def _in_gap(self, persons: np.ndarray, gap_begins: np.ndarray) -> np.ndarray:
        """Tell which people of a frame are in a gap, and count the gaps down."""
        left = self.gap_left
        left[:] = np.maximum(left - 1, 0)
        starts = persons[gap_begins & (left[persons] == 0)]
        left[starts] = self.noise.gap_frames
        return left[persons] > 0

    def _false_detections(
        self, num_people: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Make false detections: (G, 5) tlwh and score, (G, C) embeddings."""
        count = rng.poisson(self.noise.ghost_rate * num_people)
        place, size = rng.integers(0, len(self.tlwh), (2, count))
        tlwh = np.column_stack([self.tlwh[place, :2], self.tlwh[size, 2:]])
        embeds = rng.normal(0, 1, (count, self.noise.embed_dims))
        return np.column_stack([tlwh, rng.uniform(0.1, 0.6, count)]), embeds


def _person_embeds(
    count: int, noise: DetectionNoise, rng: np.random.Generator
) -> np.ndarray:
    """Draw (count, C) embeddings of length 1 with the mean cosine ``likeness``."""
    common, *own = _unit(rng.normal(0, 1, (count + 1, noise.embed_dims)))
    share = noise.likeness
    return _unit(np.sqrt(share) * common + np.sqrt(1 - share) * np.array(own))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
