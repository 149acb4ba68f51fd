import time

import pytest
import torch
from mmcv.ops import ModulatedDeformConv2d, ModulatedDeformConv2dPack

from fairmot_mm.benchmark.training_benchmark import TrainingBenchmark, read_options
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.errors import DivergedError


@pytest.mark.parametrize(
    'variant', ['float32', 'bfloat16+channels-last+fused+loss-guard']
)
def test_steps(network, variant):
    """A step updates the weights, in the layout and with the optimizer asked for."""
    benchmark = TrainingBenchmark(network, variant, 'cpu', 2, (96, 64))
    weight = benchmark.model.detector.backbone.layer1[0].conv1.weight
    before = weight.detach().clone()
    start = time.perf_counter()
    assert 0 < benchmark.run(2) <= time.perf_counter() - start
    assert benchmark.runner.iter == 2
    assert not torch.equal(weight, before)
    last = weight.is_contiguous(memory_format=torch.channels_last)
    assert last == ('channels-last' in variant)
    group = benchmark.optim_wrapper.optimizer.param_groups[0]
    assert bool(group['fused']) == ('fused' in variant)
    name = 'BFloat16OptimWrapper' if 'bfloat16' in variant else 'OptimWrapper'
    assert type(benchmark.optim_wrapper).__name__ == name
    assert benchmark.describe()['memory']['device_mb'] is None


def test_operator_of_mmcv(network):
    """The option mmcv exchanges the deformable convolutions, where there are any."""
    model = TrainingBenchmark(network, 'mmcv', 'cpu', 1, (96, 64)).model
    kinds = {type(m) for m in model.modules() if isinstance(m, ModulatedDeformConv2d)}
    assert kinds == {ModulatedDeformConv2dPack}
    plain = network.replace('r18-dcn', 'yolov5s')
    with pytest.raises(ConfigError, match=r'yolov5s.*no deformable convolution'):
        TrainingBenchmark(plain, 'mmcv', 'cpu', 1, (96, 64))


def test_loss_guard(network):
    """It looks at the losses of the steps: one that is too large stops them."""
    benchmark = TrainingBenchmark(network, 'loss-guard', 'cpu', 1, (96, 64))
    benchmark.runner.hooks[-1].interval = 1
    benchmark.runner.hooks[0].max_loss = 0
    with pytest.raises(DivergedError):
        benchmark.run(1)


@pytest.mark.parametrize(
    ('variant', 'message'),
    [('fast', "no option 'fast'; options"), ('fused+float16', 'needs a GPU')],
)
def test_options(variant, message):
    """What is not known, or not for the device, is told before anything is built."""
    with pytest.raises(ConfigError, match=message):
        read_options(variant, 'cpu')
