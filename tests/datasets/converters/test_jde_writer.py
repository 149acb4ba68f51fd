import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from fairmot_mm.datasets.converters import convert_mot, jde_writer
from fairmot_mm.utils import DataError, OutputError

LISTS = ('set.train', 'set.half', 'set.val', 'set.emb')
GT = '1,1,0,0,9,9,1,1,1\n2,1,0,0,9,9,1,1,1\n3,2,0,0,9,9,1,1,1\n'


@pytest.fixture
def source(tmp_path, make_sequence):
    for name in 'ABC':
        make_sequence(tmp_path / 'src', name, GT)
    return tmp_path / 'src'


def lists_of(out):
    return sorted(path.name for path in out.glob('set.*'))


@pytest.mark.parametrize('workers', [1, 3])
def test_workers_change_nothing(source, tmp_path, tree, workers):
    """One process or several: the same files."""
    convert_mot(source, tmp_path / 'one', 'SET', half=True, workers=1)
    convert_mot(source, tmp_path / 'many', 'SET', half=True, workers=workers)
    assert tree(tmp_path / 'one') == tree(tmp_path / 'many')


@pytest.mark.parametrize('step', [0, 1, 8, *range(15, 24)])
def test_interrupt_at_any_step(source, tmp_path, tree, monkeypatch, step):
    """Stopped at any of its steps: a list that is there is complete.

    Older lists and labels of other identities are there when it starts; the next run
    makes what an undisturbed one makes.
    """
    convert_mot(source, tmp_path / 'clean', 'SET', half=True)
    out = tmp_path / 'out'
    convert_mot(source, out, 'SET', half=True, sequences=['B'], first_id=7)
    calls = []

    def stop_at_step(function):
        def call(*args, **kwargs):
            calls.append(args)
            if len(calls) > step:
                raise KeyboardInterrupt
            return function(*args, **kwargs)

        return call

    for name in ('_number_identities', 'place_file', '_move_into_place', 'write_text'):
        monkeypatch.setattr(jde_writer, name, stop_at_step(getattr(jde_writer, name)))
    with pytest.raises(KeyboardInterrupt):
        convert_mot(source, out, 'SET', half=True, workers=1)
    monkeypatch.undo()
    assert not list((out / 'SET').glob('.*'))
    clean = tree(tmp_path / 'clean')
    # One numbering, 15 files, 4 folders that are moved; then the four lists.
    assert len(lists_of(out)) == max(0, step - 20)
    if lists_of(out):
        assert tree(out) == {name: clean[name] for name in tree(out)}
        assert set(clean) - set(tree(out)) < set(LISTS)
    convert_mot(source, out, 'SET', half=True)
    assert tree(out) == clean


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGKILL])
def test_killed_process(source, tmp_path, tree, monkeypatch, number):
    """A run that a signal ends in the middle of its writing leaves no list.

    Its workers end as well, and the next run makes what an undisturbed one makes.
    """
    out = tmp_path / 'out'
    convert_mot(source, out, 'SET', sequences=['A'], first_id=5)
    started = tmp_path / 'started'

    def wait(*_):
        with started.open('a') as file:
            file.write(f'{os.getpid()}\n')
        time.sleep(3)

    monkeypatch.setattr(jde_writer, 'place_file', wait)
    process = multiprocessing.get_context('fork').Process(
        target=convert_mot, args=(source, out, 'SET'), kwargs={'workers': 2}
    )
    # A shell's background jobs, such as these tests may be, ignore the interrupt.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    process.start()
    signal.signal(signal.SIGINT, handler)
    deadline = time.monotonic() + 60
    while not started.exists() or len(started.read_text().split()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (out / 'SET/.converting').exists()
    os.kill(process.pid, number)
    process.join(60)
    assert process.exitcode == (1 if number == signal.SIGINT else -number)
    assert not lists_of(out)
    for worker in map(int, started.read_text().split()):
        while Path(f'/proc/{worker}').exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
    monkeypatch.undo()
    convert_mot(source, out, 'SET')
    convert_mot(source, tmp_path / 'clean', 'SET')
    assert tree(out) == tree(tmp_path / 'clean')


def test_names_that_share_a_label_file(source, make_image):
    """000001.png and 000001.jpg have one label file: refused, as frames are."""
    make_image(source / 'A/img1/000001.jpg')
    with pytest.raises(DataError, match='both frame 1'):
        convert_mot(source, source.parent / 'out', 'SET')


def test_full_disk(source, tmp_path, monkeypatch):
    """An error of the system is one line that names the file; no list is there."""
    out = tmp_path / 'out'

    def fail(path, text):
        raise OSError(28, 'No space left on device', str(path))

    monkeypatch.setattr(Path, 'write_text', fail)
    with pytest.raises(OutputError, match=r'SET is not converted: .*No space'):
        convert_mot(source, out, 'SET', workers=1)
    assert not lists_of(out)
    assert not list((out / 'SET').glob('.*'))
