"""Packing one frame of a video for the model."""

from mmdet.structures import TrackDataSample

from fairmot_mm.datasets.transforms.pack_jde_inputs import PackJDEInputs
from fairmot_mm.registry import TRANSFORMS


@TRANSFORMS.register_module()
class PackFrame(PackJDEInputs):
    """Pack one frame of a video as a clip of length one (testing).

    ``inputs`` is (1, 3, H, W) and ``data_samples`` a `TrackDataSample` of one frame, so
    that a batch of consecutive frames is a batch of clips.
    """

    def transform(self, results: dict) -> dict:
        """Pack ``results``."""
        packed = super().transform(results)
        clip = TrackDataSample()
        clip.video_data_samples = [packed['data_samples']]
        return {'inputs': packed['inputs'][None], 'data_samples': clip}
