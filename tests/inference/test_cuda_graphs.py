import pytest
import torch

from fairmot_mm.apis import InferenceOptions, accelerate
from fairmot_mm.inference.cuda_graphs import GraphedForward
from fairmot_mm.utils import ConfigError


class Recorder:
    """Stands in for `torch.cuda.make_graphed_callables`, without a GPU.

    A recording writes into the outputs that it was made with, as replayed kernels do.
    """

    def __init__(self):
        self.samples = []
        self.replays = 0

    def __call__(self, function, sample_args):
        (sample,) = sample_args
        self.samples.append(sample)
        outputs = function(sample)

        def replay(images):
            self.replays += 1
            sample.copy_(images)
            for name, values in function(sample).items():
                outputs[name].copy_(values)
            return outputs

        return replay


@pytest.fixture
def recorder(monkeypatch):
    recorder = Recorder()
    monkeypatch.setattr(torch.cuda, 'make_graphed_callables', recorder)
    return recorder


def double(images):
    return {'heatmap': 2 * images}


def batch(size):
    return torch.rand(size, 3, 32, 32)


def test_a_shape_is_recorded_once(recorder):
    """Later batches of the shape replay it; their images are not written to."""
    graphed = GraphedForward(double)
    for _ in range(3):
        images = batch(2)
        before = images.clone()
        assert torch.equal(graphed(images)['heatmap'], 2 * before)
        assert torch.equal(images, before)
    assert [len(sample) for sample in recorder.samples] == [2]
    assert recorder.replays == 3


def test_a_fifth_shape_runs_without_a_recording(recorder):
    """Every recording keeps the maps of its batch, so there are four at most."""
    graphed = GraphedForward(double)
    for size in (1, 2, 3, 4, 5, 5, 1):
        images = batch(size)
        assert torch.equal(graphed(images)['heatmap'], 2 * images)
    assert [len(sample) for sample in recorder.samples] == [1, 2, 3, 4]
    assert recorder.replays == 5


def test_the_option_records_the_network(small_model, recorder, monkeypatch):
    """`accelerate` gives the network in its layout and precision to the recorder."""
    model, plain = small_model(), small_model()
    monkeypatch.setattr(InferenceOptions, 'check_device', lambda *_: None)
    accelerate(model, InferenceOptions(cuda_graphs=True, channels_last=True))
    images = torch.rand(2, 3, 64, 96)
    with torch.no_grad():
        maps = model.inference_detector.run_network(images)
        expected = plain.detector.run_network(images)
    for name, values in expected.items():
        torch.testing.assert_close(maps[name], values, rtol=1e-3, atol=1e-4)
    (sample,) = recorder.samples
    assert sample.is_contiguous(memory_format=torch.channels_last)


def test_refused_on_a_cpu(small_model):
    """CUDA graphs need CUDA."""
    with pytest.raises(ConfigError, match=r'inference\.cuda_graphs needs a CUDA dev'):
        accelerate(small_model(), InferenceOptions(cuda_graphs=True))
