import copy

import pytest
import torch

from fairmot_mm.inference.low_precision import cast_network, output_layers


@pytest.fixture
def detector(small_model):
    return small_model().detector


def test_near_to_float32(detector):
    """Maps are those of float32 but for the rounding of the layers, and float32."""
    images = torch.rand(2, 3, 64, 96, generator=torch.Generator().manual_seed(1))
    low = copy.deepcopy(detector)
    cast_network(low, torch.float16)
    with torch.no_grad():
        expected = detector(images, mode='tensor')
        maps = low(images.half(), mode='tensor')
    for name, values in expected.items():
        assert maps[name].dtype == torch.float32
        assert (maps[name] - values).square().mean().sqrt() < 0.1 * values.std()


def test_what_stays_in_float32(detector):
    """Batch norms and the outputs of the heads; the rest has half the bytes."""
    outputs = output_layers(detector)
    assert {layer.out_channels for layer in outputs} == {1, 2, 4, 6}
    cast_network(detector, torch.bfloat16)
    assert {layer.weight.dtype for layer in outputs} == {torch.float32}
    for module in detector.modules():
        norm = isinstance(module, torch.nn.BatchNorm2d)
        if norm:
            assert module.running_var.dtype == module.weight.dtype == torch.float32
        elif module not in outputs:
            own = [p.dtype for p in module.parameters(recurse=False)]
            assert set(own) <= {torch.bfloat16}
