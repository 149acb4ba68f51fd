import shutil

import av
import pytest

from fairmot_mm.archive.manifest import read_manifest
from fairmot_mm.archive.track_archive import track_archive
from fairmot_mm.archive.track_settings import TrackSettings
from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.engines.engine import Finished
from fairmot_mm.utils.engines.worker_spec import JobRunner

MODEL = 'fairmot_yolov5s_lite'
SMALL = {'input_size': (256, 160)}  # a network that takes little time


def encode(path, images, every):
    """Write an mp4 at 25 fps with a key frame at every so many frames."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=25)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt = 'yuv420p'
        stream.codec_context.gop_size = every
        for image in images:
            frame = av.VideoFrame.from_ndarray(image, format='bgr24')
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def render(seed, num_frames):
    scene = SyntheticScene(seed, 5, width=320, height=192, num_frames=num_frames)
    return [image for image, _ in scene.frames()]


@pytest.fixture(scope='session')
def clips(tmp_path_factory):
    """Three short videos of rendered streets, and a long one of 100 frames."""
    folder = tmp_path_factory.mktemp('clips')
    for seed, name in enumerate(('a', 'b', 'c')):
        encode(folder / f'{name}.mp4', render(seed, 4 + seed), 12)
    (folder / 'long').mkdir()
    encode(folder / 'long' / 'long.mp4', render(3, 100), 12)
    return folder


@pytest.fixture
def videos(clips, tmp_path):
    """A copy of the short videos, to damage."""
    folder = tmp_path / 'videos'
    folder.mkdir()
    for name in 'abc':
        shutil.copy2(clips / f'{name}.mp4', folder)
    return folder


class OneProcess:
    """An engine that does every job in this process, in order."""

    num_workers = 1
    runners = {}  # noqa: RUF012 - one model for all tests

    def __init__(self, spec):
        if repr(spec) not in self.runners:
            self.runners[repr(spec)] = JobRunner(spec)
        self.runner = self.runners[repr(spec)]
        self.jobs, self.stop_after = [], None
        self.started = []

    def submit(self, job):
        self.jobs.append(job)

    def finished(self):
        while self.jobs:
            job = self.jobs.pop(0)
            if self.stop_after is not None and len(self.started) == self.stop_after:
                raise KeyboardInterrupt
            self.started.append(job)
            yield self.runner.run(job)

    def close(self):
        pass


class Dying:
    """Runs jobs, and says that workers died with those of some videos."""

    def __init__(self, runner, names):
        self.runner, self.names = runner, names

    def run(self, job):
        if job['record']['name'] in self.names:
            return Finished(job, None, 'died')
        return self.runner.run(job)


class Quiet:
    """Keeps what a progress bar would show."""

    def __init__(self):
        self.total, self.bytes, self.frames, self.videos = 0, 0, 0, []

    def begin(self, plan, num_workers):
        self.total = sum(plan.sizes.values())

    def advance(self, num_bytes, num_frames):
        self.bytes += num_bytes
        self.frames += num_frames

    def end_video(self, record):
        self.videos.append(record.name)


@pytest.fixture
def run(tmp_path):
    """Track a manifest in this process; gives the records and what was done."""

    def track(
        manifest,
        out=tmp_path / 'out',
        stop_after=None,
        dies=(),
        can_start=True,
        **options,
    ):
        own = {'max_failures', 'overwrite'} & {*options}
        passed = {key: options.pop(key) for key in own}
        cfg_options = {
            'inference.num_threads': 1,
            **SMALL,
            **options.pop('cfg_options', {}),
        }
        settings = TrackSettings(
            MODEL, device='cpu', cfg_options=cfg_options, **options
        )
        engines, shown = [], Quiet()

        def start(spec):
            if not can_start:
                raise ConfigError('no cluster')
            engine = OneProcess(spec)
            engine.stop_after = stop_after
            engines.append(engine)
            if dies:
                runner = engine.runner
                engine.runner = Dying(runner, dies)
            return engine

        videos = read_manifest(str(manifest))
        records, totals = track_archive(
            videos, str(out), settings, start, shown, **passed
        )
        track.done = [job for engine in engines for job in engine.started]
        track.shown = shown
        return {record.name: record for record in records}, totals

    return track
