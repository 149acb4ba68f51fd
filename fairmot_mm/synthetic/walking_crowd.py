"""An endless stream of detections of a walking crowd, to measure trackers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils.contracts import require_range

WIDTH, HEIGHT = 1920, 1080
# Share of an embedding that all people have in common. With it, the cosine distance of
# two people is about 0.4, the largest distance of a match, so that embeddings alone do
# not decide.
_COMMON_SHARE = 0.6


@dataclass(eq=False)
class WalkingCrowd:
    """Detections of a constant number of walking people.

    A person walks at constant speed in a frame of 1920 x 1080 pixels and turns back at
    the border. After a random time a new person with a new identity takes its place.
    All people are computed at once, so that a frame of 500 takes less than a
    millisecond.

    Args:
        num_people: People in the frame, detected or not.
        seed: Seed of the random numbers; the same seed gives the same detections.
        lifetime: Mean number of frames that a person stays.
        miss_rate: Share of people without a detection, drawn in every frame.
        ghost_rate: Mean number of false detections per frame and person.
        embed_dims: C, channels of an embedding.
        embed_noise: Length of the noise on an embedding of length 1.

    Raises:
        ConfigError: An argument is out of its range.
    """

    num_people: int
    seed: int = 0
    lifetime: float = 300
    miss_rate: float = 0.05
    ghost_rate: float = 0.02
    embed_dims: int = 128
    embed_noise: float = 0.4

    def __post_init__(self) -> None:
        require_range(
            low=1,
            num_people=self.num_people,
            lifetime=self.lifetime,
            embed_dims=self.embed_dims,
        )
        self._rng = np.random.default_rng(self.seed)
        self._common = self._rng.standard_normal(self.embed_dims)
        self._common /= np.sqrt(self.embed_dims)

    def __iter__(self) -> Iterator[DetDataSample]:
        """Give the detections of one frame after the other, without end.

        Yields:
            The sample of a frame. It has `pred_instances` with `bboxes` (D, 4) float32
            xyxy in pixels, `scores` (D,) from 0.75 to 1, `labels` (D,) and `embeds` (D,
            C) of length 1, and the metainfo `frame_id` from 0, `frame_rate` 30 and
            `ori_shape`.
        """
        feet, speed, height, embed = self._new_people(self.num_people)
        frame_id = 0
        while True:
            boxes, embeds = self._observe(feet, height, embed)
            yield self._pack(boxes, embeds, frame_id)
            frame_id += 1
            feet += speed
            outside = (feet < 0) | (feet > (WIDTH, HEIGHT))
            speed[outside] *= -1
            leaving = np.flatnonzero(
                self._rng.random(self.num_people) < 1 / self.lifetime
            )
            feet[leaving], speed[leaving], height[leaving], embed[leaving] = (
                self._new_people(len(leaving))
            )

    def _new_people(self, num: int) -> tuple[np.ndarray, ...]:
        """Draw feet (n, 2), speeds (n, 2), heights (n,) and embeddings (n, C)."""
        rng = self._rng
        feet = rng.uniform(0, (WIDTH, HEIGHT), (num, 2))
        height = 70 + 0.1 * feet[:, 1] + rng.normal(0, 5, num)
        speed = rng.normal(0, (2.5, 0.7), (num, 2))
        own = rng.standard_normal((num, self.embed_dims)) / np.sqrt(self.embed_dims)
        embed = np.sqrt(_COMMON_SHARE) * self._common + np.sqrt(1 - _COMMON_SHARE) * own
        return feet, speed, height, _unit(embed)

    def _observe(
        self, feet: np.ndarray, height: np.ndarray, embed: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Make boxes (D, 4) xyxy and embeddings (D, C), with false detections."""
        rng = self._rng
        seen = rng.random(self.num_people) >= self.miss_rate
        ghosts = self._new_people(rng.poisson(self.ghost_rate * self.num_people))
        feet = np.concatenate([feet[seen], ghosts[0]])
        height = np.concatenate([height[seen], ghosts[2]])
        embed = np.concatenate([embed[seen], ghosts[3]])
        num = len(feet)
        size = height[:, None] * (0.4, 1) * (1 + rng.normal(0, 0.02, (num, 2)))
        corner = feet - size * (0.5, 1) + rng.normal(0, 0.015, (num, 2)) * size
        noise = rng.standard_normal(embed.shape) * (
            self.embed_noise / np.sqrt(self.embed_dims)
        )
        return np.concatenate([corner, corner + size], axis=1), _unit(embed + noise)

    def _pack(
        self, boxes: np.ndarray, embeds: np.ndarray, frame_id: int
    ) -> DetDataSample:
        sample = DetDataSample(
            metainfo=dict(frame_id=frame_id, frame_rate=30, ori_shape=(HEIGHT, WIDTH))
        )
        scores = np.sort(self._rng.uniform(0.75, 1, len(boxes)))[::-1].astype('f4')
        sample.pred_instances = InstanceData(
            bboxes=torch.from_numpy(boxes.astype(np.float32)),
            scores=torch.from_numpy(scores),
            labels=torch.zeros(len(boxes), dtype=torch.int64),
            embeds=torch.from_numpy(embeds.astype(np.float32)),
        )
        return sample


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
