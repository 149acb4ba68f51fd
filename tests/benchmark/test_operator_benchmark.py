import time

import pytest
import torch

from fairmot_mm.benchmark.operator_benchmark import LAYERS, OperatorBenchmark


@pytest.mark.parametrize('name', LAYERS)
def test_runs(name):
    """Forward and backward are measured apart, and the layer gets gradients."""
    benchmark = OperatorBenchmark(name, 'cpu', 2, 4, (12, 8))
    start = time.perf_counter()
    seconds = benchmark.run(3)
    assert 0 < seconds <= time.perf_counter() - start
    assert benchmark._layer.weight.grad.any()
    found = benchmark.describe()
    assert found['forward_ms'] > 0
    assert found['backward_ms'] > 0
    assert found['grown_mb'] >= 0


def test_both_layers_have_the_same_weights():
    """The same work is measured: outputs of both layers are equal."""
    ours, theirs = (OperatorBenchmark(name, 'cpu', 2, 4, (12, 8)) for name in LAYERS)
    assert type(ours._layer) is not type(theirs._layer)
    torch.testing.assert_close(ours._layer(ours._maps), theirs._layer(theirs._maps))
