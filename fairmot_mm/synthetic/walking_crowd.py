"""An endless walking crowd as detections, for measuring trackers."""

from collections.abc import Iterator

import numpy as np
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import ConfigError

WIDTH, HEIGHT = 1920, 1080
# Share of an embedding that all people have in common: it puts the cosine distance of
# two people at about 0.4, the largest of a match, so that looks alone do not decide.
_COMMON_SHARE = 0.6


class WalkingCrowd:
    """A constant number of people who walk, are replaced now and then, and are missed.

    Everything is drawn for all people at once, so that a frame of 500 takes less than
    a millisecond. A person walks at a steady pace in a frame of 1920 x 1080 pixels,
    turns at its border, and gives way to a new one after a random time, so that
    identities go up for as long as the crowd walks.

    Args:
        num_people: People in the frame, seen or not.
        seed: Of the whole crowd: the same seed, the same detections.
        lifetime: Frames a person stays, on average.
        miss_rate: Share of people without a detection, anew in every frame.
        ghost_rate: False detections a frame, on average, as a share of the people.
        embed_dims: C, channels of an embedding.
        embed_noise: Length of the noise on an embedding of length 1.

    Raises:
        ConfigError: A number is out of its range.
    """

    def __init__(
        self,
        num_people: int,
        seed: int = 0,
        lifetime: float = 300,
        miss_rate: float = 0.05,
        ghost_rate: float = 0.02,
        embed_dims: int = 128,
        embed_noise: float = 0.4,
    ) -> None:
        if num_people < 1 or lifetime < 1 or embed_dims < 1:
            raise ConfigError(
                f'num_people={num_people}, lifetime={lifetime} and '
                f'embed_dims={embed_dims} of a crowd must be 1 or more'
            )
        self.num_people = num_people
        self.lifetime = lifetime
        self.miss_rate = miss_rate
        self.ghost_rate = ghost_rate
        self.embed_dims = embed_dims
        self.embed_noise = embed_noise
        self._rng = np.random.default_rng(seed)
        self._common = self._rng.standard_normal(embed_dims) / np.sqrt(embed_dims)

    def __iter__(self) -> Iterator[DetDataSample]:
        """Walk for ever.

        Yields:
            The sample of a frame: `pred_instances` with `bboxes` (D, 4) float32 xyxy in
            pixels, `scores` (D,) from 0.75 to 1, `labels` (D,) and `embeds` (D, C) of
            length 1; metainfo `frame_id` from 0, `frame_rate` 30 and `ori_shape`.
        """
        foot, speed, height, look = self._newcomers(self.num_people)
        frame_id = 0
        while True:
            boxes, embeds = self._observe(foot, height, look)
            yield self._pack(boxes, embeds, frame_id)
            frame_id += 1
            foot += speed
            outside = (foot < 0) | (foot > (WIDTH, HEIGHT))
            speed[outside] *= -1
            leaving = np.flatnonzero(
                self._rng.random(self.num_people) < 1 / self.lifetime
            )
            foot[leaving], speed[leaving], height[leaving], look[leaving] = (
                self._newcomers(len(leaving))
            )

    def _newcomers(self, num: int) -> tuple[np.ndarray, ...]:
        """Feet (num, 2), speed (num, 2), height (num,), look (num, C) of new people."""
        rng = self._rng
        foot = rng.uniform(0, (WIDTH, HEIGHT), (num, 2))
        height = 70 + 0.1 * foot[:, 1] + rng.normal(0, 5, num)
        speed = rng.normal(0, (2.5, 0.7), (num, 2))
        own = rng.standard_normal((num, self.embed_dims)) / np.sqrt(self.embed_dims)
        look = np.sqrt(_COMMON_SHARE) * self._common + np.sqrt(1 - _COMMON_SHARE) * own
        return foot, speed, height, _unit(look)

    def _observe(
        self, foot: np.ndarray, height: np.ndarray, look: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Boxes (D, 4) xyxy and embeddings (D, C) of those seen, and of ghosts."""
        rng = self._rng
        seen = rng.random(self.num_people) >= self.miss_rate
        ghosts = self._newcomers(rng.poisson(self.ghost_rate * self.num_people))
        foot = np.concatenate([foot[seen], ghosts[0]])
        height = np.concatenate([height[seen], ghosts[2]])
        look = np.concatenate([look[seen], ghosts[3]])
        num = len(foot)
        size = height[:, None] * (0.4, 1) * (1 + rng.normal(0, 0.02, (num, 2)))
        corner = foot - size * (0.5, 1) + rng.normal(0, 0.015, (num, 2)) * size
        noise = rng.standard_normal(look.shape) * (
            self.embed_noise / np.sqrt(self.embed_dims)
        )
        return np.concatenate([corner, corner + size], axis=1), _unit(look + noise)

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
