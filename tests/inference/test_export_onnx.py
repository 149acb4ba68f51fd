from pathlib import Path

import pytest
import torch

from fairmot_mm.apis import init_model
from fairmot_mm.benchmark.random_network import calibrate_random_network
from fairmot_mm.inference import compare_onnx, export_onnx
from fairmot_mm.inference.export_onnx import TOLERANCE, DetectionGraph
from fairmot_mm.models import DenseReIDHead
from fairmot_mm.models.detectors import ONNXDetector
from fairmot_mm.models.layers import DCNv2
from fairmot_mm.models.reid_heads.base_reid_head import BaseReIDHead
from fairmot_mm.utils import CheckpointError, ConfigError


@pytest.mark.parametrize('batch', [1, 2, 5])
def test_any_batch_gives_what_pytorch_gives(short_model, onnx_file, batch):
    """Boxes, scores, labels and embeddings come out of one graph."""
    images = torch.rand(batch, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    difference = compare_onnx(short_model(), onnx_file, images)
    assert not {k: v for k, v in difference.items() if not v <= TOLERANCE[k]}
    with torch.no_grad():
        expected = DetectionGraph(short_model().detector)(images)
    found = ONNXDetector(onnx_file).session.run(None, {'images': images.numpy()})
    for own, other in zip(expected, found, strict=True):
        assert tuple(own.shape) == other.shape
    torch.testing.assert_close(torch.from_numpy(found[1]), expected[1])


def test_only_standard_operators(onnx_file):
    """The graph needs no custom operators, not for its deformable layer either."""
    onnx = pytest.importorskip('onnx')
    graph = onnx.load(onnx_file)
    assert [(entry.domain, entry.version) for entry in graph.opset_import] == [('', 19)]
    assert sum(node.op_type == 'DeformConv' for node in graph.graph.node) == 1


def test_other_heads(short_model, tmp_path):
    """Two classes, width and height, no offset: decoded in the graph as in PyTorch."""
    model = short_model(num_classes=2, size_type='wh', with_offset=False)
    difference = export_onnx(model, tmp_path / 'wh.onnx', (64, 64))
    assert not {k: v for k, v in difference.items() if not v <= TOLERANCE[k]}


class Doubled(DenseReIDHead):
    """A head with a forward pass of its own."""

    def forward(self, x):
        return super().forward([2 * x[0] - 1])


def test_a_head_with_its_own_forward_pass(short_model, tmp_path):
    """It embeds every cell in the graph too."""
    model = short_model()
    model.detector.reid_head.__class__ = Doubled
    difference = export_onnx(model, tmp_path / 'own.onnx', (64, 64))
    assert difference['embeds'] < TOLERANCE['embeds']
    other = ONNXDetector(tmp_path / 'own.onnx')
    assert compare_onnx(short_model(), other)['embeds'] > TOLERANCE['embeds']


def test_embeddings_of_other_cells_are_noticed(short_model, tmp_path, monkeypatch):
    """What the graph computes at the detections is compared with that of every cell."""
    embed = BaseReIDHead.embed_cells
    monkeypatch.setattr(
        BaseReIDHead, 'embed_cells', lambda self, x, cells: embed(self, x, cells * 0)
    )
    with pytest.raises(CheckpointError, match='is not written'):
        export_onnx(short_model(), tmp_path / 'wrong.onnx', (64, 64))


def test_other_weights_are_noticed(short_model, onnx_file):
    """The comparison is no formality: another network differs."""
    model = short_model()
    with torch.no_grad():
        model.detector.bbox_head.size[-1].bias.add_(0.01)  # 0.04 pixels a side
    assert compare_onnx(model, onnx_file)['bboxes'] > TOLERANCE['bboxes']


def test_a_wrong_export_leaves_no_file(short_model, tmp_path, monkeypatch):
    """Where the check fails, nothing appears under the name."""
    monkeypatch.setitem(TOLERANCE, 'bboxes', -1)
    with pytest.raises(CheckpointError, match='is not written'):
        export_onnx(short_model(), tmp_path / 'wrong.onnx', (64, 64))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('size', [(100, 64), (0, 64)])
def test_sizes_the_network_cannot_take(short_model, tmp_path, size):
    """The network halves its maps five times."""
    with pytest.raises(ConfigError, match='multiples of 32'):
        export_onnx(short_model(), tmp_path / 'odd.onnx', size)


@pytest.mark.slow
@pytest.mark.parametrize('network', ['dla34', 'yolov5s', 'r18-fpn-dcn'])
def test_published_networks(network, tmp_path):
    """Whole networks: transposed and deformable convolutions, focus, pooling."""
    config = f'configs/_base_/models/fairmot_{network}.py'
    model = init_model(Path(__file__).parents[2] / config, device='cpu')
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    calibrate_random_network(model, images, score=0.4)
    path = tmp_path / 'net.onnx'
    difference = export_onnx(model, path, (64, 64))
    assert not {k: v for k, v in difference.items() if not v <= TOLERANCE[k]}
    graph = pytest.importorskip('onnx').load(path).graph
    deformable = [m for m in model.modules() if isinstance(m, DCNv2)]
    count = sum(node.op_type == 'DeformConv' for node in graph.node)
    assert count == len(deformable)
