import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / 'tools/dev/peer_speed.py'


@pytest.fixture
def script():
    spec = importlib.util.spec_from_file_location(SCRIPT.stem, SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_table(script, monkeypatch, capsys):
    """Ours and the peer run in turn; the table has the median and the spread."""
    order, rates = [], iter([20.0, 10.0, 30.0, 14.0, 40.0, 12.0])

    def measure(python, code, args, choice):
        order.append((python, choice))
        return next(rates)

    monkeypatch.setattr(script, 'measure', measure)
    words = ['peer_speed.py', 'v.mp4', '--peer-python', 'other', '--sizes', '512']
    monkeypatch.setattr(sys, 'argv', words)
    script.main()
    assert order == 3 * [(sys.executable, 'default'), ('other', '512')]
    assert capsys.readouterr().out.splitlines()[2:] == [
        '| light model, default | 30.0 | 20.0 to 40.0 |',
        '| YOLO11n and BoT-SORT at 512 | 12.0 | 10.0 to 14.0 |',
    ]


def test_our_program_tracks(script, pattern_video):
    """The program of our side gives the frames a second of a run."""
    args = script.argparse.Namespace(video=str(pattern_video), frames=2, warmup=1)
    assert script.measure(sys.executable, script.OURS, args, 'pytorch') > 0
