import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from fairmot_mm.commands import track_many as command
from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.video.video_writer import VideoWriter

CONFIGS = Path(__file__).parents[2] / 'configs' / 'fairmot'
CONFIG = str(CONFIGS / 'fairmot_dla34_2xb6-30e_mot17.py')
OPTIONS = ['--cfg-options', 'input_size=256,160']
OPTIONS += ['--model', 'fairmot_yolov5s_lite', '--device', 'cpu']


@pytest.fixture(scope='module')
def videos(tmp_path_factory):
    """Four videos of 320x192, one of them damaged."""
    folder = tmp_path_factory.mktemp('videos')
    for seed in range(3):
        scene = SyntheticScene(seed, 5, width=320, height=192, num_frames=8 + 4 * seed)
        writer = VideoWriter(folder / f'{seed}.mp4', 25)
        for image, _ in scene.frames():
            writer.write(image)
        writer.close()
    (folder / 'damaged.mp4').write_bytes((folder / '0.mp4').read_bytes()[:200])
    return folder


@pytest.fixture
def track_many(monkeypatch):
    """Run the tool as the command line does; SIGTERM keeps its handler."""
    monkeypatch.setattr(command.signal, 'signal', lambda *_: None)

    def run(*args):
        monkeypatch.setattr('sys.argv', ['track_many.py', *OPTIONS, *map(str, args)])
        command.main()

    return run


# A process of its own imports torch and builds a model.
def test_a_local_worker(videos, track_many, run_tool, tmp_path, capsys):
    """The texts are those of tools/track.py; a damaged video is told and recorded."""
    out = tmp_path / 'out'
    with pytest.raises(SystemExit, match=r'1 of 4 videos failed, for example damaged'):
        track_many(videos, '--out', out, '--workers', 1)
    printed = capsys.readouterr()
    assert printed.out.startswith('3 of 4 videos done, 1 failed; 36 frames, ')
    assert 'failed: damaged' in printed.err
    names = [f'{seed}.txt' for seed in range(3)]
    assert sorted(path.name for path in out.glob('?.txt')) == names
    inputs = [videos / f'{seed}.mp4' for seed in range(3)]
    for path in inputs:
        plain = [*OPTIONS, '--no-video', '--out', tmp_path / 'plain']
        run_tool('track', path, *plain, '--num-threads', 1)
    for name in names:
        assert (out / name).read_bytes() == (tmp_path / 'plain' / name).read_bytes()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['none.txt', '--out', 'x'], r'none\.txt does not exist: a manifest is'),
        (['.', '--out', 'x', '--model', 'none'], 'neither a config file nor a name'),
        (['.', '--out', 'x', '--weights', 'none.pth'], r'none\.pth does not exist'),
        (['.', '--out', 'x', '--model', CONFIG], 'is a file: name its weights'),
        (['.', '--out', 'nosuch://x'], 'nosuch://x cannot be reached'),
        (['.', '--out', 'x', '--chunk-seconds', '1'], 'at least twice'),
        (['.', '--out', 'x', '--engine', 'slurm'], 'slurm needs --workers'),
        (['.', '--out', 'x', '--ray-address', 'auto'], 'ray-address is for --engine r'),
        (
            ['.', '--out', 'memory://x', '--engine', 'slurm', '--workers', '1'],
            'needs --slurm-folder',
        ),
    ],
)
def test_one_line_for_what_is_wrong(
    options, message, videos, track_many, tmp_path, monkeypatch
):
    """Whatever a user gets wrong is told in a line."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=message) as error:
        track_many(*[videos if option == '.' else option for option in options])
    assert '\n' not in str(error.value)
    assert not [*tmp_path.rglob('summary*')]


@pytest.mark.parametrize(
    'option', ['--max-failures=-1', '--chunk-seconds=0', '--workers=0', '--engine=x']
)
def test_options_out_of_range(option, videos, track_many, capsys):
    """argparse refuses what no run can use."""
    with pytest.raises(SystemExit, match='2'):
        track_many(videos, '--out', 'x', option)
    assert option.partition('=')[0] in capsys.readouterr().err


def children(process):
    return [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if 'spawn_main' in ' '.join(child.cmdline())
    ]


# Kills processes that import torch, three times.
@pytest.mark.slow
def test_kills(videos, start_tool, tmp_path):
    """kill -9 of a worker and of the driver: the results are those of a plain run.

    tools/dev/kill_archive_runs.py does this with sixty videos at random moments.
    """
    manifest = tmp_path / 'list.txt'
    manifest.write_text(''.join(f'{videos / str(k)}.mp4\n' for k in range(3)))
    options = [manifest, *OPTIONS, '--workers', '1', '--out']
    plain = start_tool('track_many', *options, tmp_path / 'plain')
    plain.join()
    assert plain.exitcode == 0

    killed = start_tool('track_many', *options, tmp_path / 'out')
    wait_for(lambda: children(killed))
    children(killed)[0].kill()
    wait_for(lambda: [*Path(tmp_path, 'out').glob('?.txt')])
    os.kill(killed.pid, signal.SIGKILL)
    killed.join()
    again = start_tool('track_many', *options, tmp_path / 'out')
    again.join()
    assert again.exitcode == 0
    for path in sorted((tmp_path / 'plain').glob('?.txt')):
        assert (tmp_path / 'out' / path.name).read_bytes() == path.read_bytes()
    assert len([*(tmp_path / 'out').glob('?.txt')]) == 3


def wait_for(condition):
    ends = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)
