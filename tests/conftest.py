import importlib.util
import logging
import multiprocessing.forkserver
import os
import runpy
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.hooks import Hook
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope

from fairmot_mm.inference import export_onnx
from fairmot_mm.models.layers import DCNv2
from fairmot_mm.registry import MODELS
from fairmot_mm.utils.threads import available_cores
from fairmot_mm.video.video_writer import VideoWriter

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets its background jobs ignore Ctrl-C, and their programs inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers():
    """``-n auto`` starts a process for each core that this one may use."""
    return available_cores()


@pytest.fixture(autouse=True)
def own_scope():
    """Names are looked up in our registries, whatever scope a Runner left behind."""
    with DefaultScope.overwrite_default_scope('fairmot_mm'):
        yield


@pytest.fixture(autouse=True, scope='session')
def one_thread():
    """A process computes in one thread, and so do those it starts.

    Sums depend on the number of threads, and tests that run side by side would wait
    for each other's threads.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('OMP_NUM_THREADS', '1')
        torch.set_num_threads(1)
        yield


@pytest.fixture(autouse=True, scope='session')
def own_cache(tmp_path_factory):
    """What is kept between runs stays out of the user's cache, also in subprocesses."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('FAIRMOT_MM_CACHE', str(tmp_path_factory.mktemp('cache')))
        yield


@pytest.fixture(autouse=True, scope='session')
def fork_server(request, one_thread):
    """If a chosen test needs `start_process`, its server starts beside the first test.

    The server imports the package and computes nothing. To import torch, mmengine and
    mmdet takes more than ten seconds, once for each process of pytest.
    """
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(
        [
            *('pytest', 'setuptools', 'torch._dynamo', 'torch.utils.tensorboard'),
            *('fairmot_mm.apis', 'fairmot_mm.engine'),
        ]
    )
    if any('start_process' in item.fixturenames for item in request.session.items):
        multiprocessing.forkserver.ensure_running()
    return context


@pytest.fixture(scope='session')
def start_process(fork_server):
    """Start ``function(*args)`` of a Python file in a new process.

    The process is a fork of the server: an interpreter of its own would take seconds
    for the imports, and a fork of this process cannot use autograd where torch was
    built for CUDA.
    """
    main = Path(__file__).with_name('call_in_process.py')

    def start(path, function, *args):
        call = str(path), function, args, {**os.environ}
        process = fork_server.Process(
            target=runpy.run_path, args=(str(main), {'CALL': call})
        )
        process.start()
        return process

    start.context = fork_server
    return start


@pytest.fixture
def log_lines():
    """What is logged through mmengine."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    yield lines
    logger.removeHandler(handler)


@pytest.fixture(scope='session')
def settle_batch_norms():
    """Fit the batch norms of a random network to images, so that its maps vary."""

    def settle(model, images):
        norms = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
        for norm in norms:
            norm.momentum = 1.0
        with torch.no_grad():
            model.train()(images, mode='tensor')
        model.eval()

    return settle


@pytest.fixture(scope='session')
def small_model(settle_batch_norms):
    """Make a deformable FairMOT, the same each time, whose maps vary."""

    def make(**head):
        torch.manual_seed(0)
        heads = dict(in_channels=16, feat_channels=8)
        test_cfg = dict(max_per_img=20, score_thr=0.1)
        model = MODELS.build(
            dict(
                type='FairMOT',
                detector=dict(
                    type='JDEDetector',
                    backbone=dict(type='DLANet', base_channels=4),
                    neck=dict(
                        type='DLAUp',
                        in_channels=[16, 32, 64, 128],
                        conv_cfg=dict(type='DCNv2'),
                    ),
                    bbox_head=dict(
                        type='CenterHead', test_cfg=test_cfg, **heads, **head
                    ),
                    reid_head=dict(type='DenseReIDHead', embed_dims=6, **heads),
                ),
            )
        )
        for name, value in model.named_parameters():
            if 'conv_offset' in name:
                torch.nn.init.normal_(value, std=0.01)
        settle_batch_norms(model, torch.rand(4, 3, 64, 96))
        return model

    return make


class ShortNeck(torch.nn.Module):
    """All layers of `short_model` before its heads, one of them deformable."""

    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(3, 16, 7, stride=4, padding=3)
        self.norm = torch.nn.BatchNorm2d(16)
        self.deformable = DCNv2(16, 16, 3, padding=1)
        torch.nn.init.normal_(self.deformable.conv_offset.weight, std=0.01)

    def forward(self, images):
        return [self.deformable(self.norm(self.conv(images)).relu())]


@pytest.fixture(scope='session')
def short_model(small_model, settle_batch_norms):
    """Make `small_model` with few layers in place of DLA-34, fast to trace."""

    def make(**head):
        model = small_model(**head)
        torch.manual_seed(0)
        model.detector.backbone = torch.nn.Identity()
        model.detector.neck = ShortNeck()
        settle_batch_norms(model, torch.rand(4, 3, 64, 96))
        return model

    return make


@pytest.fixture(scope='session')
def onnx_file(short_model, tmp_path_factory):
    """`short_model` exported for images of 96x64 pixels."""
    path = tmp_path_factory.mktemp('onnx') / 'small.onnx'
    with DefaultScope.overwrite_default_scope('fairmot_mm'):
        export_onnx(short_model(), path, (96, 64))
    return path


@pytest.fixture
def frames():
    """12 frames of 64x48 whose grey level tells their number: 40, 44, ..."""
    return [np.full((48, 64, 3), 40 + 4 * k, np.uint8) for k in range(12)]


@pytest.fixture
def video(tmp_path, frames):
    """The frames as ``clip.mp4`` at 25 frames a second."""
    path = tmp_path / 'clip.mp4'
    writer = VideoWriter(path, Fraction(25))
    for frame in frames:
        writer.write(frame)
    writer.close()
    return path


@pytest.fixture(scope='session')
def pattern_video(tmp_path_factory):
    """Six frames of 128x96: a pattern that moves a pixel a frame."""
    path = tmp_path_factory.mktemp('video') / 'pattern.mp4'
    pattern = np.random.default_rng(0).integers(0, 256, (12, 16, 3)).astype(np.uint8)
    image = pattern.repeat(8, axis=0).repeat(8, axis=1)
    writer = VideoWriter(path, Fraction(25))
    for shift in range(6):
        writer.write(np.roll(image, shift, axis=1))
    writer.close()
    return str(path)


@pytest.fixture(scope='session')
def fake_device():
    """tests/fake_device.py: a device that torch knows for the rest of the process."""
    path = Path(__file__).with_name('fake_device.py')
    spec = importlib.util.spec_from_file_location('fake_device', path)
    module = importlib.util.module_from_spec(spec)
    sys.modules['fake_device'] = module
    spec.loader.exec_module(module)
    libraries = module.register()
    try:  # torch counts the devices when the first gradient is computed
        torch.ones(1, device='fake').requires_grad_().sum().backward()
    except RuntimeError as error:
        if 'device_ready_queues_' not in str(error):
            raise
        pytest.skip('needs a process without earlier gradients: pytest -m own_process')
    yield module
    del libraries


@pytest.fixture
def fake(fake_device, monkeypatch):
    """The fake device, also for what torch does not ask a device written in Python."""
    fake_device.replace_outside_of_torch(monkeypatch)
    return fake_device


@pytest.fixture
def mjpeg_camera():
    """Start cameras of tests/mjpeg_camera.py; all of them end with the test."""
    path = Path(__file__).with_name('mjpeg_camera.py')
    spec = importlib.util.spec_from_file_location('mjpeg_camera', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with ExitStack() as cameras:
        yield lambda **how: cameras.enter_context(module.MJPEGCamera(**how))


class SignalFromAnother(Hook):
    """Has another process send SIGTERM to this one and to those that load images."""

    def before_train_iter(self, runner, **_):
        if runner.iter == 1:
            workers = [process.pid for process in multiprocessing.active_children()]
            command = ['kill', '-TERM', *map(str, workers), str(os.getpid())]
            subprocess.run(command, check=True)
            time.sleep(0.3)


@pytest.fixture
def signal_from_another():
    """A hook that lets a scheduler's signal arrive in the second iteration."""
    return SignalFromAnother()
