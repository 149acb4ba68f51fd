"""Try every path of the package that needs a GPU, in a few minutes.

    tools/dev/gpu_check.py           # on the first GPU; NCCL uses all of them
    tools/dev/gpu_check.py cpu       # a dry run without a GPU

Every line is a check: what runs on the device is compared with the same on the CPU in
float32, or a short training must end well. What the machine cannot run is printed as
skipped, with the reason. The status is 0 if no check failed. The networks have random
weights and the data are rendered, so nothing is downloaded; speed is measured by
tools/analysis_tools/benchmark.py (docs/explanation/performance.md).
"""

import fairmot_mm  # noqa: F401 - before torch: sets how idle threads wait

# isort: split
import argparse
import copy
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor, nn

from fairmot_mm.apis import InferenceOptions, accelerate, load_config
from fairmot_mm.engine import RowAdam
from fairmot_mm.engine.hooks.channels_last_hook import to_channels_last
from fairmot_mm.inference import export_onnx
from fairmot_mm.models import FairMOT, ONNXDetector
from fairmot_mm.models.layers import DCNv2
from fairmot_mm.registry import MODELS

sys.path.insert(0, str(Path(__file__).parent))  # where a test does not look
from gpu_runs import PARTIAL, ROOT, Runs, SkippedError

SIZE = (96, 160)  # height and width of the images
LIMIT = 240.0  # seconds that all checks may take on a GPU
HALVES = {'float16': torch.float16, 'bfloat16': torch.bfloat16}


class Checks:
    """Runs checks, prints a line for each, and counts those that failed."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.start = time.time()

    def run(self, name: str, check: Callable[[], tuple[str, bool]]) -> None:
        """Run a check, which gives what was found and whether that is good."""
        start = time.time()
        try:
            found, good = check()
            word = 'ok' if good else 'FAILED'
        except SkippedError as reason:
            found, word = str(reason), 'skipped'
        except Exception as error:
            lines = str(error).splitlines() or ['']
            found, word = f'{type(error).__name__}: {lines[0][:300]}', 'FAILED'
        if word == 'FAILED':
            self.failed.append(name)
        print(f'{word:8}{name}: {found} ({time.time() - start:.1f} s)', flush=True)

    def finish(self, limit: float | None) -> int:
        """Print the sum of all checks; the exit status."""
        seconds = time.time() - self.start
        if limit is not None and seconds > limit:
            self.failed.append(f'the limit of {limit:.0f} s')
        names = ', '.join(self.failed) or 'none'
        print(f'failed: {names}; {seconds:.0f} s')
        return int(bool(self.failed))


def build_model(device: str, **reid_head: Any) -> FairMOT:
    """Build the same random network at every call, on the CPU."""
    name = 'dla34' if device == 'cuda' else 'dla34-conv-small'
    cfg = load_config(ROOT / f'configs/_base_/models/fairmot_{name}.py')
    head = {**cfg.model.detector.reid_head, 'num_ids': 50}
    if reid_head:
        head = {'in_channels': head['in_channels'], **reid_head}
    cfg.model.detector.reid_head = head
    torch.manual_seed(0)
    return MODELS.build(cfg.model)


def make_samples(counts: tuple[int, ...]) -> list[DetDataSample]:
    """Images with so many people each, of whom some have no identity."""
    torch.manual_seed(2)
    samples = []
    for count in counts:
        corner = torch.rand(count, 2) * 90
        samples.append(DetDataSample())
        samples[-1].gt_instances = InstanceData(
            bboxes=torch.cat([corner, corner + 40], dim=1),
            labels=torch.zeros(count, dtype=torch.int64),
            instances_ids=torch.arange(count) % 51 - 1,
        )
    return samples


def train_steps(
    model: FairMOT,
    device: str,
    counts: tuple[int, ...] = (600, 0),
    amp: str | None = None,
    channels_last: bool = False,
    num_steps: int = 1,
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.Adam,
    **options: Any,
) -> tuple[list[float], bool]:
    """Train a model; the losses, and whether all gradients were finite."""
    model = model.train().to(device)
    adam = optimizer(model.parameters(), 1e-4, **options)
    if channels_last:
        to_channels_last(model, adam)
    torch.manual_seed(1)
    images = torch.rand(len(counts), 3, *SIZE).to(device)
    samples = [sample.to(device) for sample in make_samples(counts)]
    scaler = torch.amp.GradScaler(device, enabled=amp == 'float16')
    dtype = HALVES.get(amp or '', torch.bfloat16)
    losses, finite = [], True
    for _ in range(num_steps):
        with torch.autocast(device, dtype, enabled=amp is not None):
            loss = model.loss(images, samples)['loss']
        adam.zero_grad()
        scaler.scale(loss).backward()
        scaler.unscale_(adam)
        grads = [p.grad for p in model.parameters()]
        if any(grad is None for grad in grads):
            return losses, False
        finite &= all(bool(_values(grad).isfinite().all()) for grad in grads)
        scaler.step(adam)
        scaler.update()
        losses.append(float(loss))
    return losses, finite


def _values(grad: Tensor | None) -> Tensor:
    assert grad is not None
    return grad.coalesce().values() if grad.is_sparse else grad


def _difference(found: Tensor, expected: Tensor) -> float:
    """Relative error of a tensor, by norms."""
    found, expected = found.detach().cpu().double(), expected.detach().double()
    return float((found - expected).norm() / expected.norm().clamp(min=1e-12))


def compare_deformable(
    device: str, amp: str | None, channels_last: bool
) -> tuple[str, bool]:
    """Output and gradients of a deformable convolution."""
    torch.manual_seed(0)
    layer = DCNv2(16, 16, 3, padding=1)
    nn.init.normal_(layer.conv_offset.weight, std=0.1)
    values, seed = torch.rand(2, 16, 20, 30), torch.rand(2, 16, 20, 30)
    layout = torch.channels_last if channels_last else torch.contiguous_format
    results = []
    for place, half, form in (
        ('cpu', None, torch.contiguous_format),
        (device, amp, layout),
    ):
        own: Any = copy.deepcopy(layer).to(place)
        own = own.to(memory_format=form)
        x = values.to(place).clone(memory_format=form).requires_grad_()
        dtype = HALVES.get(half or '', torch.bfloat16)
        with torch.autocast(place, dtype, enabled=half is not None):
            out = own(x)
        (out.float() * seed.to(place)).sum().backward()
        results.append((out, x.grad, own.weight.grad, own.conv_offset.weight.grad))
    errors = [_difference(b, a) for a, b in zip(*results, strict=True)]
    bound = 1e-3 if amp is None else 0.1  # TF32 rounds too
    return ' '.join(f'{error:.1e}' for error in errors), max(errors) < bound


def compare_step(device: str, **options: Any) -> tuple[str, bool]:
    """Loss of a training step, against the CPU in float32."""
    counts = {key: value for key, value in options.items() if key == 'counts'}
    (expected,), _ = train_steps(build_model(device), 'cpu', **counts)
    (found,), finite = train_steps(build_model(device), device, **options)
    bound = 5e-2 if options.get('amp') else 2e-3
    # A loss scaler starts so high that the first gradients may overflow.
    finite |= options.get('amp') == 'float16'
    text = f'loss {found:.5f}, on the CPU {expected:.5f}, finite gradients: {finite}'
    return text, abs(found - expected) < bound * expected and finite


def learn(device: str, model: FairMOT, **options: Any) -> tuple[str, bool]:
    """Three steps: gradients are finite and the loss falls."""
    losses, finite = train_steps(model, device, num_steps=3, **options)
    text = ' '.join(f'{loss:.4f}' for loss in losses)
    return text, finite and losses[-1] < losses[0]


def count_waits(device: str) -> tuple[str, bool]:
    """Calls of a training step that wait for the GPU."""
    if device != 'cuda':
        raise SkippedError(
            'needs a GPU; tests/models/test_training_step.py counts without'
        )
    model = build_model(device).train().to(device)
    images = torch.rand(2, 3, *SIZE).to(device)
    samples = [sample.to(device) for sample in make_samples((20, 10))]
    model.loss(images, samples)['loss'].backward()  # the first step chooses kernels
    torch.cuda.set_sync_debug_mode('warn')
    try:
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter('always')
            model.loss(images, samples)['loss'].backward()
    finally:
        torch.cuda.set_sync_debug_mode('default')
    waits = sum('synchroniz' in str(warning.message) for warning in seen)
    return f'{waits} in targets, heads and losses', waits <= 3


def compare_inference(device: str, bound: float, **options: Any) -> tuple[str, bool]:
    """Maps of batches of two sizes, against the plain network on the CPU."""
    if device != 'cuda' and (options.keys() & {'cuda_graphs', 'compile'}):
        raise SkippedError('needs a GPU')
    if device != 'cuda' and options.get('precision') == 'float16':
        raise SkippedError('needs a GPU')
    torch.manual_seed(5)
    images = torch.rand(2, 3, *SIZE)
    model = build_model(device).eval()
    with torch.no_grad():
        expected = model.detector.run_network(images)
        model.to(device)
        accelerate(model, InferenceOptions(**options))
        detector = model.inference_detector
        for batch in (images, images[:1], images):
            maps = detector.run_network(batch.to(device))
            found = {name: values.clone() for name, values in maps.items()}
    errors = {name: _difference(found[name], expected[name]) for name in expected}
    text = ', '.join(f'{name} {error:.1e}' for name, error in errors.items())
    return text, max(errors.values()) < bound


def compare_onnx_provider(device: str, folder: Path, provider: str) -> tuple[str, bool]:
    """Detections of an exported file by a provider of onnxruntime."""
    try:
        import onnxruntime
    except ImportError:
        raise SkippedError('onnxruntime is not installed') from None
    installed = ' '.join(onnxruntime.get_available_providers()).lower()
    if device != 'cuda' or f'{provider}execution' not in installed:
        raise SkippedError(f'needs a GPU and onnxruntime-gpu with {provider}')
    path = folder / 'network.onnx'
    if not path.exists():
        export_onnx(build_model(device).eval(), path, SIZE[::-1])
    images = torch.rand(2, 3, *SIZE)
    expected = ONNXDetector(path).run_network(images)[1]
    found = ONNXDetector(path, 'cuda:0', provider).run_network(images)[1]  # type: ignore[arg-type]
    error = _difference(found, expected)
    return f'scores {error:.1e}', error < 1e-2


def check_kernels(checks: Checks, device: str, folder: Path) -> None:
    """Compare operators, training steps and inference with the CPU."""
    cuda = device == 'cuda'
    halves = ['bfloat16', 'float16'] if cuda else ['bfloat16']
    for amp in (None, *halves):
        for last in (False, True):
            name = f'{amp or "float32"}{", channels_last" if last else ""}'
            checks.run(
                f'DCNv2 {name}',
                lambda amp=amp, last=last: compare_deformable(device, amp, last),
            )
            checks.run(
                f'training step {name}',
                lambda amp=amp, last=last: compare_step(
                    device, amp=amp, channels_last=last
                ),
            )
    checks.run(
        'training step, nobody in the images',
        lambda: compare_step(device, counts=(0, 0)),
    )
    partial = dict(type='DenseReIDHead', num_ids=50, classifier_cfg=PARTIAL)
    checks.run(
        'PartialClassifier and RowAdam',
        lambda: learn(device, build_model(device, **partial), optimizer=RowAdam),
    )
    checks.run(
        'MetricReIDHead',
        lambda: learn(device, build_model(device, type='MetricReIDHead')),
    )
    checks.run('fused Adam', lambda: learn(device, build_model(device), fused=True))
    checks.run('calls that wait', lambda: count_waits(device))
    for bound, options in (
        (2e-2, {}),
        (2e-2, {'channels_last': True}),
        (2e-2, {'fuse_conv_bn': True}),
        (0.1, {'precision': 'bfloat16'}),
        (0.1, {'precision': 'float16'}),
        (2e-2, {'cuda_graphs': True}),
        (0.1, {'precision': 'float16', 'cuda_graphs': True}),
        (2e-2, {'compile': True}),
    ):
        name = ', '.join(f'{key}={value}' for key, value in options.items())
        checks.run(
            f'inference {name or "plain"}',
            lambda bound=bound, options=options: compare_inference(
                device, bound, **options
            ),
        )
    for provider in ('cuda', 'tensorrt'):
        checks.run(
            f'onnxruntime, {provider}',
            lambda provider=provider: compare_onnx_provider(device, folder, provider),
        )


def check_runs(checks: Checks, device: str, folder: Path) -> None:
    """Train by tools/train.py, several runs side by side on a GPU."""
    runs = Runs(device, folder)
    with ThreadPoolExecutor(4 if device == 'cuda' else 1) as pool:
        for name, run in runs.all():
            pool.submit(checks.run, f'train.py, {name}', run)
    with ThreadPoolExecutor(2 if device == 'cuda' else 1) as pool:
        pool.submit(checks.run, 'train.py, resume', runs.resume)
        backend = 'NCCL, sync_bn' if device == 'cuda' else 'gloo'
        pool.submit(checks.run, f'train.py, {backend}', runs.several_processes)


def parse_args() -> argparse.Namespace:
    """Where the checks run."""
    parser = argparse.ArgumentParser(
        description=__doc__.split('\n\n')[0], allow_abbrev=False
    )
    parser.add_argument('device', nargs='?', choices=['cuda', 'cpu'], default='cuda')
    return parser.parse_args()


def main() -> None:
    """Run all checks; the exit status says whether one failed."""
    device = parse_args().device
    if device == 'cuda' and not torch.cuda.is_available():
        sys.exit(
            'error: torch finds no GPU; `gpu_check.py cpu` is a dry run without one'
        )
    warnings.simplefilter('ignore')
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder:
        check_kernels(checks, device, Path(folder))
        check_runs(checks, device, Path(folder))
    sys.exit(checks.finish(LIMIT if device == 'cuda' else None))


if __name__ == '__main__':
    main()
