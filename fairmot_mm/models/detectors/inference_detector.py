"""The methods that a model needs of its detector in order to track."""

from collections.abc import Sequence
from typing import Any, Protocol

from mmdet.structures import DetDataSample
from torch import Tensor


class InferenceDetector(Protocol):
    """A detector for inference: `predict` is `run_network` followed by `decode`.

    `JDEDetector` is one, and so are the classes that run its network in another way:
    `ONNXDetector`, `OpenVINODetector` and
    `fairmot_mm.inference.AcceleratedDetector`.
    """

    @property
    def best_batch_size(self) -> int:
        """Number of frames of a file that are best passed to the network together.

        It is 1 where a larger batch gains no time, or needs memory that is not there
        for sure, as on a GPU.
        """
        return 1

    def run_network(self, batch_inputs: Tensor) -> Any:
        """Run the network without decoding.

        Args:
            batch_inputs: (B, 3, H, W) RGB in [0, 1].

        Returns:
            What `decode` takes.
        """

    def decode(
        self, outputs: Any, batch_data_samples: Sequence[DetDataSample]
    ) -> Sequence[DetDataSample]:
        """Write the detections into the samples.

        Args:
            outputs: What `run_network` returned. They may be changed.
            batch_data_samples: B samples with ``ori_shape``, the (height, width) in
                pixels of the original frame.

        Returns:
            The samples, with ``pred_instances`` on the CPU: ``bboxes`` (N, 4) xyxy in
            pixels of the original frame, ``scores`` (N,) descending, ``labels`` (N,),
            ``embeds`` (N, D) of unit length.
        """

    def predict(
        self, batch_inputs: Tensor, batch_data_samples: Sequence[DetDataSample]
    ) -> Sequence[DetDataSample]:
        """Detect and embed.

        Args:
            batch_inputs: See `run_network`.
            batch_data_samples: See `decode`.

        Returns:
            See `decode`.
        """
        return self.decode(self.run_network(batch_inputs), batch_data_samples)
