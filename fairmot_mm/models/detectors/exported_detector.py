"""What the detectors that run an ONNX file have in common."""

import copy
import json
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmdet.structures import DetDataSample
from torch import Tensor, nn

from fairmot_mm.models.detectors.inference_detector import InferenceDetector
from fairmot_mm.models.utils.decode import CenterDetections, rescale_bboxes
from fairmot_mm.models.utils.pred_instances import set_pred_instances
from fairmot_mm.utils.errors import CheckpointError, ConfigError


class ExportedDetector(nn.Module, InferenceDetector):
    """Detects and embeds with an ONNX file, as `JDEDetector` does with PyTorch.

    A derived class runs the file in one runtime. It takes the place of the detector in
    a `FairMOT`. Thresholds and the mapping back to the original frame are those the
    file was exported with. The runtime uses as many threads as PyTorch.

    A copy of the detector shares the session, whose weights nobody can change. A
    detector that is unpickled opens its file again.

    Args:
        onnx_file: File of ``tools/deployment/export_onnx.py`` or ``quantize.py``.

    Attributes:
        session: The file as the runtime has opened it. Several threads may run it.
        input_size: (width, height) of the images in pixels.
        score_thr: Score that a detection must exceed.
        rescale: How boxes are mapped back to the frame, see `DecodeSettings`.

    Raises:
        CheckpointError: The file is missing, damaged, or not one of ours.
        ConfigError: The runtime is not installed or cannot run the file.
    """

    def __init__(self, onnx_file: str | Path) -> None:
        super().__init__()
        self.onnx_file = Path(onnx_file)
        if not self.onnx_file.is_file():
            raise CheckpointError(f'checkpoint {onnx_file} does not exist')
        self.session = self._open_session()
        text = self._read_settings()
        if text is None:
            raise CheckpointError(
                f'{onnx_file} lacks the settings of the network; export it with '
                'tools/deployment/export_onnx.py'
            )
        settings = json.loads(text)
        self.input_size = tuple(settings['input_size'])
        self.score_thr = settings['score_thr']
        self.rescale = settings['rescale']

    @abstractmethod
    def _open_session(self) -> Any:
        """Open ``onnx_file``, which exists, in the runtime."""

    @abstractmethod
    def _read_settings(self) -> str | None:
        """The text that the export has stored in the file, if there is one."""

    @abstractmethod
    def _run_session(self, images: np.ndarray) -> Sequence[np.ndarray]:
        """Run (B, 3, H, W) float32 images; the outputs of the graph in their order."""

    def run_network(self, batch_inputs: Tensor) -> list[Tensor]:
        """The first half of `predict`: run the graph.

        Args:
            batch_inputs: (B, 3, H, W) RGB in [0, 1], of the size of the export.

        Returns:
            What `decode` takes, by descending score, k for each image: (B, k, 4) boxes
            xyxy in pixels of the input, (B, k) scores, (B, k) int64 labels, (B, k, D)
            embeddings of unit length.

        Raises:
            ConfigError: The input is of another size.
        """
        height, width = batch_inputs.shape[-2:]
        if (width, height) != self.input_size:
            raise ConfigError(
                f'{self.onnx_file} takes images of {self.input_size[0]}x'
                f'{self.input_size[1]} pixels, the test_pipeline of the config makes '
                f'{width}x{height}; use the config of the export, or export again'
            )
        images = np.ascontiguousarray(batch_inputs.float().cpu().numpy())
        return [torch.from_numpy(values) for values in self._run_session(images)]

    def decode(
        self, outputs: Sequence[Tensor], batch_data_samples: Sequence[DetDataSample]
    ) -> Sequence[DetDataSample]:
        """The second half of `predict`: map the boxes back to the original frames.

        Ground truth is not embedded; see `InferenceDetector.decode`.
        """
        bboxes, scores, labels, embeds = outputs
        width, height = self.input_size
        metas = [sample.metainfo for sample in batch_data_samples]
        bboxes = rescale_bboxes(bboxes, metas, (height, width), self.rescale)
        # The graph does not return the cells that the boxes were read from.
        found = CenterDetections(bboxes, scores, labels, torch.zeros_like(labels))
        set_pred_instances(batch_data_samples, found, embeds, self.score_thr)
        return batch_data_samples

    def __deepcopy__(self, memo: dict[int, Any]) -> 'ExportedDetector':
        memo[id(self.session)] = self.session
        copied = type(self).__new__(type(self))
        memo[id(self)] = copied
        copied.__dict__ = copy.deepcopy(self.__dict__, memo)
        return copied

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, 'session': None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.session = self._open_session()
