"""What metrics of frames share: the same scores on any number of processes."""

from abc import abstractmethod
from collections.abc import Hashable
from typing import Any

from mmengine.dist import (
    broadcast_object_list,
    collect_results,
    get_world_size,
    is_main_process,
)
from mmengine.evaluator import BaseMetric

from fairmot_mm.utils import DataError


class FrameMetric(BaseMetric):
    """Base of metrics that keep one result for each frame.

    mmengine takes one result of each rank in turn, drops those that are None, and cuts
    the rest to the size of the data set. That only leaves out what a sampler repeated
    to fill the last batch if every rank has equally many results. Here all results of
    all ranks are collected, and a frame counts once, wherever it was repeated. Results
    come in the order of their keys, so that sums have the same rounding errors on any
    number of processes.
    """

    @abstractmethod
    def frame_key(self, result: Any) -> Hashable:
        """Find out which frame a result belongs to.

        Args:
            result: What `process` has appended to ``results``.

        Returns:
            The same value for the same frame on any rank; values of different frames
            can be compared by ``<``.
        """

    def evaluate(self, size: int) -> dict[str, float]:
        """Collect the results of all ranks, and score them on the main rank.

        Args:
            size: Number of samples of the data set. It is not used, because ranks hold
                different numbers of frames.

        Returns:
            Scores by names such as `mot/HOTA`, the same on each rank.
        """
        # One item for each rank: collect_results cuts all ranks to the same length.
        parts = collect_results(
            [self.results], get_world_size(), self.collect_device, self.collect_dir
        )
        metrics: list[dict[str, float]] = [{}]
        if is_main_process():
            frames: dict[Any, Any] = {}
            for result in [each for part in parts for each in part]:
                frames.setdefault(self.frame_key(result), result)
            scores = self.compute_metrics([frames[key] for key in sorted(frames)])
            metrics = [{f'{self.prefix}/{key}': scores[key] for key in scores}]
        broadcast_object_list(metrics)
        self.results.clear()
        return metrics[0]


def image_key(frame: dict) -> tuple[str, int]:
    """Name a frame among all frames of a data set.

    Args:
        frame: Frame of `frames_of`.

    Returns:
        Name of its video, '' for images of no video, and its ``img_id``.

    Raises:
        DataError: The frame has no ``img_id``.
    """
    if 'img_id' not in frame:
        raise DataError(
            'a frame lacks the metainfo img_id, which tells frames apart; name it in '
            'the `meta_keys` of the transform that packs frames'
        )
    return str(frame.get('video_name', '')), frame['img_id']
