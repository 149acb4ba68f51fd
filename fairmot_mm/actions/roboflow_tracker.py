"""Trackers of roboflow's library `trackers`, for comparisons."""

from typing import Any

import numpy as np

from fairmot_mm.actions.peer_tracker import PeerTracker, import_peer


class RoboflowTracker(PeerTracker):
    """A tracker of roboflow's `trackers`. They use boxes alone, and no embeddings.

    Args:
        name: Class of the library, such as ByteTrackTracker.
        use_image: Whether the class looks at the frame.
        settings: See `PeerTracker`.
    """

    name = 'trackers'

    def __init__(self, name: str, use_image: bool = False, **settings: Any) -> None:
        self.use_image = use_image
        super().__init__(name, **settings)

    def build(self, peer_class: Any, options: dict[str, Any]) -> Any:
        """Build the tracker, see `PeerTracker.build`."""
        self.supervision = import_peer('supervision')
        return peer_class(**options)

    def update(
        self,
        boxes: np.ndarray,
        scores: np.ndarray,
        embeds: np.ndarray,
        image: np.ndarray,
    ) -> np.ndarray:
        """Call the tracker, see `PeerTracker.update`."""
        detections = self.supervision.Detections(
            xyxy=boxes, confidence=scores, class_id=np.zeros(len(boxes), int)
        )
        tracks = self.peer.update(detections, image if self.use_image else None)
        if not len(tracks):
            return np.zeros((0, 6))
        known = tracks.tracker_id >= 0  # -1: a detection that is not confirmed
        table = np.column_stack([tracks.xyxy, tracks.tracker_id, tracks.confidence])
        return table[known]
