"""Export of a network with everything up to its detections as one ONNX graph."""

import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from fairmot_mm.inference.dynamic_batch import dynamic_batch
from fairmot_mm.models import BaseReIDHead, FairMOT, JDEDetector, ONNXDetector
from fairmot_mm.models.detectors.exported_detector import ExportedDetector
from fairmot_mm.models.layers import DCNv2
from fairmot_mm.models.utils.decode import decode_maps
from fairmot_mm.utils.atomic import atomic_path
from fairmot_mm.utils.errors import CheckpointError, ConfigError

# The first with the operator DeformConv.
OPSET = 19
# Version of the graph that is written for a given model; files in the cache that have
# an older version are exported again.
GRAPH_VERSION = 2
OUTPUTS = ('bboxes', 'scores', 'labels', 'embeds')
MAX_BATCH = 1024
# What the two runtimes may differ by, from the rounding of float32.
TOLERANCE = {'bboxes': 1e-2, 'scores': 1e-4, 'embeds': 1e-4}


class DetectionGraph(nn.Module):
    """A detector from images to detections, without metainfo and thresholds.

    Args:
        detector: `JDEDetector`.
        at_detections: Whether embeddings are computed at the detections alone, see
            `BaseReIDHead.embed_cells`, and not for every cell. Where the detector or
            the head has a forward pass of its own, every cell is embedded in any case.
    """

    def __init__(self, detector: Any, at_detections: bool = False) -> None:
        super().__init__()
        self.detector: Any = detector
        self.at_detections = (
            at_detections
            and type(detector)._forward is JDEDetector._forward
            and isinstance(detector.reid_head, BaseReIDHead)
            and detector.reid_head.can_embed_cells
        )

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Detect and embed in (B, 3, H, W) RGB images in [0, 1].

        Returns:
            By descending score, k = ``max_per_img``: (B, k, 4) boxes, xyxy in pixels of
            the input, (B, k) scores, (B, k) int64 labels, (B, k, D) embeddings of unit
            length.
        """
        head, reid_head = self.detector.bbox_head, self.detector.reid_head
        if self.at_detections:
            x = self.detector.extract_feat(images)
            maps = head(x)
        else:
            maps = self.detector(images, mode='tensor')
        found = decode_maps(
            maps['heatmap'],
            maps['size'],
            maps.get('offset'),
            head.decode_settings,
            head.stride,
        )
        if self.at_detections:
            embeds = reid_head.embed_cells(x, found.cell_inds)
        else:
            embeds = reid_head.predict_by_feat(maps['embedding'], found.cell_inds)
        return found.bboxes, found.scores, found.labels, embeds


def export_onnx(
    model: FairMOT,
    path: str | Path,
    input_size: tuple[int, int],
) -> dict[str, float]:
    """Write the detector of ``model`` as ONNX and check what was written.

    The file needs opset 19, standard operators only, for a batch of any size:
    ``images`` (B, 3, H, W) float32 RGB in [0, 1] to ``bboxes``, ``scores``, ``labels``
    and ``embeds``, see `DetectionGraph`. It appears under its name only after it gave
    what PyTorch gives.

    Args:
        model: A `FairMOT` on the CPU, in eval mode.
        path: File to write.
        input_size: (width, height) of the images, multiples of 32.

    Returns:
        Largest difference from PyTorch: ``bboxes`` in pixels, ``scores``, and for
        ``embeds`` 1 - cosine.

    Raises:
        ConfigError: A package is missing, or the model or size cannot be exported.
        CheckpointError: The file gives something else than the model.
        OutputError: The file cannot be written.
    """
    width, height = input_size
    if min(input_size) < 32 or width % 32 or height % 32:
        raise ConfigError(f'input size {width}x{height} must be multiples of 32')
    _require_packages()
    graph = DetectionGraph(model.detector, at_detections=True).eval()
    head = model.detector.bbox_head
    settings = {
        'input_size': [width, height],
        'score_thr': head.decode_settings.score_thr,
        'rescale': head.decode_settings.rescale,
    }
    # A batch of one would be taken for a constant.
    images = torch.zeros(2, 3, height, width)
    with torch.no_grad(), dynamic_batch():
        program: Any = torch.onnx.export(
            graph,
            (images,),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=['images'],
            output_names=list(OUTPUTS),
            dynamic_shapes={'images': {0: torch.export.Dim('batch', max=MAX_BATCH)}},
            custom_translation_table=_translations(model),
        )
    program.model.metadata_props['fairmot_mm'] = json.dumps(settings)
    with atomic_path(path) as temporary:
        program.save(temporary)
        difference = compare_onnx(model, temporary)
        beyond = {k: v for k, v in difference.items() if not v <= TOLERANCE[k]}
        if beyond:
            raise CheckpointError(
                f'{path} is not written: it differs from the model by {beyond}, '
                f'allowed are {TOLERANCE}'
            )
    return difference


def compare_onnx(
    model: FairMOT,
    exported: str | Path | ExportedDetector,
    images: Tensor | None = None,
) -> dict[str, float]:
    """Run a model and its export on the same images.

    Where two scores are equal up to rounding, their order may differ; detections are
    therefore compared with the nearest one of the same image and class.

    Args:
        model: A `FairMOT` on the CPU, in eval mode.
        exported: Its ONNX file, which onnxruntime runs; or a detector that runs it.
        images: (B, 3, H, W) RGB in [0, 1]; by default three images of noise.

    Returns:
        See `export_onnx`. Infinite where a class has detections in one of them only.
    """
    onnx = exported
    if not isinstance(onnx, ExportedDetector):
        onnx = ONNXDetector(onnx)
    if images is None:
        width, height = onnx.input_size
        # Coarse and fine noise: no two places look alike, so that no scores are equal.
        random = torch.Generator().manual_seed(0)
        clouds = torch.rand(3, 3, 9, 9, generator=random)
        grains = torch.rand(3, 3, height, width, generator=random)
        images = (F.interpolate(clouds, (height, width), mode='bilinear') + grains) / 2
    with torch.no_grad():
        expected = DetectionGraph(model.detector)(images)
    found = onnx.run_network(images)
    worst = dict.fromkeys(TOLERANCE, 0.0)
    for pairs in zip(*expected, *found, strict=True):
        for name, value in _image_difference(pairs[:4], pairs[4:]).items():
            worst[name] = max(worst[name], value)
    return worst


def _image_difference(
    expected: Sequence[Tensor], found: Sequence[Tensor]
) -> dict[str, float]:
    """Differences of the better half of the detections of an image.

    Another rounding may have pushed detections of the lower half out of the list.
    """
    peaks = expected[1] > 0  # lists are filled up with cells of score 0
    peaks[len(peaks) // 2 + 1 :] = False
    bboxes, scores, labels, embeds = (values[peaks] for values in expected)
    far = torch.cdist(bboxes, found[0], p=float('inf'))
    far = far + 1e3 * (scores[:, None] - found[1]).abs()
    far[labels[:, None] != found[2]] = float('inf')
    nearest = far.argmin(dim=1)
    return {
        'bboxes': float((bboxes - found[0][nearest]).abs().max()),
        'scores': float((scores - found[1][nearest]).abs().max()),
        'embeds': float((1 - (embeds * found[3][nearest]).sum(dim=1)).max()),
    }


def _translations(model: FairMOT) -> dict[Any, Any]:
    """How the deformable convolution is written in ONNX."""
    for name, module in model.detector.named_modules():
        if isinstance(module, DCNv2) and module.groups * module.deform_groups > 1:
            raise ConfigError(f'{name} has groups; ONNX export supports only one')
    from onnxscript import opset19

    def deform_conv2d(
        x: Any,
        shift: Any,
        mask: Any,
        weight: Any,
        bias: Any,
        stride: Sequence[int],
        padding: Sequence[int],
        dilation: Sequence[int],
    ) -> Any:
        return opset19.DeformConv(
            x,
            weight,
            shift,
            bias,
            mask,
            strides=list(stride),
            pads=[*padding, *padding],
            dilations=list(dilation),
        )

    return {torch.ops.fairmot_mm.deform_conv2d.default: deform_conv2d}


def _require_packages() -> None:
    packages = ('onnx', 'onnxruntime', 'onnxscript')
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise ConfigError(
            f'{", ".join(missing)} is not installed; ONNX export needs it: '
            f'pip install {" ".join(packages)}'
        )
