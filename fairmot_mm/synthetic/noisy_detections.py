"""Detections made of ground truth and seeded noise, where no trained model is at hand.

They have the weaknesses of a real detector that decide what a tracker is worth: boxes
tremble, people are missed, and whoever is covered by someone in front scores lower and
looks more like that person.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fairmot_mm.evaluation import DetectedSequence
from fairmot_mm.utils import ConfigError, DataError, MOTRows, SequenceInfo, read_mot
from fairmot_mm.utils.boxes import tlwh_to_xyxy

PEDESTRIAN = 1


@dataclass(frozen=True)
class DetectionNoise:
    """How far detections are from the ground truth.

    Shares are in [0, 1] unless said otherwise.

    Attributes:
        jitter: Standard deviation of centre and size, in box heights and widths.
        miss_rate: Share of boxes that are not detected, whatever their score.
        ghost_rate: Detections of nobody, for each box of ground truth. They have a
            size and a place found elsewhere in the sequence, a random look, and scores
            from 0.1 to 0.6.
        score: Mean score of somebody in full view.
        score_noise: Standard deviation of scores.
        score_drop: What a fully covered box loses of its score.
        embed_dims: Channels of an embedding.
        embed_noise: Length of the noise in an embedding, the look having length 1. At
            0.7 two embeddings of a person have a cosine of about 0.7.
        likeness: Cosine between the looks of different people.
        gap_rate: Probability a frame that somebody is not detected for a while.
        gap_frames: How long, in frames.
        stride: Keep every so many-th frame only; frame rate and ground truth follow.
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
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f'{name}={getattr(self, name)} must be in [0, 1]')
        if self.stride < 1 or self.embed_dims < 1:
            raise ConfigError('stride and embed_dims must be 1 or more')


def noisy_detections(
    folder: str | Path, seed: int = 0, noise: DetectionNoise | None = None
) -> DetectedSequence:
    """Detections of a MOTChallenge sequence from its ground truth.

    Pedestrians with a mark other than 0 are detected. The same seed and noise give the
    same arrays, and another value of one kind of noise leaves the draws of the other
    kinds as they are, so that two settings can be compared.

    Args:
        folder: Sequence with `img1` and `gt/gt.txt`.
        seed: Start of the random numbers.
        noise: How far from the truth.

    Returns:
        The sequence, with its image files and with its ground truth.

    Raises:
        DataError: Images or ground truth are missing or malformed.
    """
    noise = noise or DetectionNoise()
    info = SequenceInfo.read(folder)
    images = info.images[:: noise.stride]
    gt = _keep_frames(read_mot(info.gt_file), noise.stride)
    people = gt[(gt.marks != 0) & (gt.classes == PEDESTRIAN)]
    if len(people) == 0:
        raise DataError(f'{info.gt_file} has no pedestrian with a mark other than 0')
    names, who = np.unique(people.ids, return_inverse=True)
    looks = _looks(len(names), noise, np.random.default_rng([seed, 0]))
    detector = _Detector(people.tlwh, who, looks, noise)
    frames = [
        detector(
            np.flatnonzero(people.frames == t + 1), np.random.default_rng([seed, t])
        )
        for t in range(len(images))
    ]
    counts = [len(boxes) for boxes, _ in frames]
    boxes = np.concatenate([boxes for boxes, _ in frames])
    return DetectedSequence(
        name=info.name,
        frame_rate=info.frame_rate / noise.stride,
        ori_shape=(info.height, info.width),
        gt=gt,
        starts=np.cumsum([0, *counts]),
        bboxes=boxes[:, :4].astype(np.float32),
        scores=boxes[:, 4].astype(np.float32),
        labels=np.zeros(len(boxes), dtype=np.int64),
        embeds=np.concatenate([embeds for _, embeds in frames]),
        images=tuple(images),
    )


def covered_shares(tlwh: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much of each box the box in front hides that covers most of it.

    In front is who stands lower in the picture.

    Args:
        tlwh: (N, 4) left, top, width, height of the boxes of a frame, N > 0.

    Returns:
        (N,) shares in [0, 1] and (N,) indices of the boxes in front.
    """
    start, end = tlwh[:, :2], tlwh[:, :2] + tlwh[:, 2:]
    sides = np.minimum(end[:, None], end) - np.maximum(start[:, None], start)
    overlap = np.prod(np.maximum(sides, 0), axis=2)
    share = overlap / np.maximum(np.prod(tlwh[:, 2:], axis=1), 1e-9)[:, None]
    share[end[:, None, 1] >= end[None, :, 1]] = 0
    return share.max(axis=1), share.argmax(axis=1)


class _Detector:
    """Looks at one frame after the other; remembers who hides.

    Args:
        tlwh: (N, 4) all boxes of the sequence.
        who: (N,) index of the person in each.
        looks: (P, C) embedding of every person.
        noise: How far from the truth.
    """

    def __init__(
        self,
        tlwh: np.ndarray,
        who: np.ndarray,
        looks: np.ndarray,
        noise: DetectionNoise,
    ) -> None:
        self.tlwh, self.who, self.looks, self.noise = tlwh, who, looks, noise
        self.gap_left = np.zeros(len(looks), dtype=np.int64)

    def __call__(
        self, rows: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Boxes (M, 5) xyxy and score, best first, and embeddings (M, C) float32."""
        found, embeds = self._people(rows, rng)
        ghosts, ghost_embeds = self._ghosts(len(rows), rng)
        tlwh_score = np.concatenate([found, ghosts])
        embeds = np.concatenate([embeds, ghost_embeds])
        order = np.argsort(-tlwh_score[:, 4], kind='stable')
        boxes = tlwh_score[order]
        boxes[:, :4] = tlwh_to_xyxy(boxes[:, :4])
        return boxes, _unit(embeds[order]).astype(np.float32)

    def _people(
        self, rows: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Who is seen: (M, 5) tlwh and score, (M, C) embeddings."""
        noise, count = self.noise, len(rows)
        shift, grow = rng.normal(0, 1, (2, count, 2))
        score_noise = rng.normal(0, noise.score_noise, count)
        missed = rng.random(count) < noise.miss_rate
        embed_noise = _unit(rng.normal(0, 1, (count, noise.embed_dims)))
        hides = rng.random(count) < noise.gap_rate
        if count == 0:
            return np.zeros((0, 5)), np.zeros((0, noise.embed_dims))
        tlwh, who = self.tlwh[rows], self.who[rows]
        covered, front = covered_shares(tlwh)
        score = noise.score - noise.score_drop * covered + score_noise
        share = covered[:, None]
        looks = (1 - share) * self.looks[who] + share * self.looks[who[front]]
        size = tlwh[:, 2:] * np.exp(noise.jitter * grow)
        middle = tlwh[:, :2] + tlwh[:, 2:] / 2 + noise.jitter * shift * tlwh[:, 2:]
        seen = ~missed & ~self._in_gap(who, hides)
        boxes = np.column_stack([middle - size / 2, size, np.clip(score, 0.01, 1)])
        return boxes[seen], (_unit(looks) + noise.embed_noise * embed_noise)[seen]

    def _in_gap(self, who: np.ndarray, hides: np.ndarray) -> np.ndarray:
        """Of the people in a frame, those who are hidden for a while."""
        left = self.gap_left
        left[:] = np.maximum(left - 1, 0)
        starts = who[hides & (left[who] == 0)]
        left[starts] = self.noise.gap_frames
        return left[who] > 0

    def _ghosts(
        self, num_people: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Detections of nobody: (G, 5) tlwh and score, (G, C) embeddings."""
        count = rng.poisson(self.noise.ghost_rate * num_people)
        place, form = rng.integers(0, len(self.tlwh), (2, count))
        tlwh = np.column_stack([self.tlwh[place, :2], self.tlwh[form, 2:]])
        embeds = rng.normal(0, 1, (count, self.noise.embed_dims))
        return np.column_stack([tlwh, rng.uniform(0.1, 0.6, count)]), embeds


def _keep_frames(gt: MOTRows, stride: int) -> MOTRows:
    """Rows of frames 1, 1 + stride, ..., renumbered from 1."""
    rows = gt[(gt.frames - 1) % stride == 0]
    frames = (rows.frames - 1) // stride + 1
    return MOTRows(
        frames, rows.ids, rows.tlwh, rows.marks, rows.classes, rows.visibility
    )


def _looks(count: int, noise: DetectionNoise, rng: np.random.Generator) -> np.ndarray:
    """(count, C) embeddings of length 1 that have the likeness in common."""
    common, *own = _unit(rng.normal(0, 1, (count + 1, noise.embed_dims)))
    share = noise.likeness
    return _unit(np.sqrt(share) * common + np.sqrt(1 - share) * np.array(own))


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
