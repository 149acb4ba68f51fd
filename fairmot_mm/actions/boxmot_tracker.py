"""Trackers of the library boxmot, for comparisons."""

from typing import Any

import numpy as np

from fairmot_mm.actions.peer_tracker import PeerTracker


class FrameEmbeds:
    """Gives the embeddings of the network here to a tracker that asks for them.

    boxmot asks an appearance network for the embeddings of boxes in an image. This
    object takes the place of that network.

    Attributes:
        boxes: (N, 4) xyxy of all detections of the frame.
        embeds: (N, C) their embeddings.
    """

    boxes: np.ndarray
    embeds: np.ndarray

    def get_features(self, boxes: np.ndarray, image: np.ndarray) -> np.ndarray:
        """Find the embeddings of boxes.

        Args:
            boxes: (K, 4 or more) xyxy and other columns.
            image: Not used.

        Returns:
            (K, C) the embeddings of the detections nearest to the boxes.
        """
        wanted = np.asarray(boxes, dtype=np.float64)
        if not wanted.size:
            return self.embeds[:0]
        distance = np.abs(wanted[:, None, :4] - self.boxes[None]).sum(axis=2)
        return self.embeds[distance.argmin(axis=1)]


class BoxMOTTracker(PeerTracker):
    """A tracker of boxmot, with the embeddings of the network here.

    boxmot is under the AGPL and is no dependency: whoever has it installed can compare.

    Args:
        name: Class of boxmot, such as BotSort.
        use_embeds: Whether the class takes embeddings.
        settings: See `PeerTracker`.
    """

    name = 'boxmot'

    def __init__(self, name: str, use_embeds: bool = True, **settings: Any) -> None:
        self.embeds = FrameEmbeds() if use_embeds else None
        super().__init__(name, **settings)

    def build(self, peer_class: Any, options: dict[str, Any]) -> Any:
        """Build the tracker, see `PeerTracker.build`."""
        if self.embeds is not None:
            options = {'reid_model': self.embeds, 'device': 'cpu', **options}
        return peer_class(**options)

    def update(
        self,
        boxes: np.ndarray,
        scores: np.ndarray,
        embeds: np.ndarray,
        image: np.ndarray,
    ) -> np.ndarray:
        """Call the tracker, see `PeerTracker.update`."""
        if self.embeds is not None:
            self.embeds.boxes, self.embeds.embeds = boxes, embeds
        labels = np.zeros(len(boxes))
        tracks = np.asarray(
            self.peer.update(np.column_stack([boxes, scores, labels]), image)
        )
        return tracks[:, :6] if tracks.size else np.zeros((0, 6))
