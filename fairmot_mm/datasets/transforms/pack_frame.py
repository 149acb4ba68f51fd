"""Packing one frame of a video for the model."""

from mmdet.structures import TrackDataSample

from fairmot_mm.datasets.transforms.pack_jde_inputs import PackJDEInputs
from fairmot_mm.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackFrame(PackJDEInputs):
    """Pack one frame of a video as a clip of length one, for testing.

    ``inputs`` is (1, 3, H, W) uint8 and ``data_samples`` is a `TrackDataSample` with
    one frame, so that a batch of consecutive frames is a batch of clips. The arguments
    are those of `PackJDEInputs`.
    """

    def transform(self, results: dict) -> dict:
        """Pack a frame.

        Args:
            results: The frame, with ``img`` (H, W, 3) uint8.

        Returns:
            ``inputs`` and ``data_samples``.
        """
        packed = super().transform(results)
        clip = TrackDataSample()
        clip.video_data_samples = [packed['data_samples']]
        return {'inputs': packed['inputs'][None], 'data_samples': clip}
