import os
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fairmot_mm.datasets import JDEDataset, label_index
from fairmot_mm.utils import DataError

PERSON = '0 {} 0.5 0.5 0.4 0.8\n'
LONG_AGO = 1_600_000_000


@pytest.fixture
def labels(make_jde_set, tmp_path):
    """Five label files that are old enough to rely on; the last is empty."""
    texts = [PERSON.format(number) for number in range(4)]
    arguments = make_jde_set(a=[*texts, ''])
    files = sorted((tmp_path / 'a' / 'labels_with_ids').iterdir())
    for file in files:
        os.utime(file, (LONG_AGO, LONG_AGO))
    return arguments, files


@pytest.fixture
def reads(monkeypatch):
    """Names of the label files that are read."""
    names = []
    original = label_index.read_labels

    def read(path, image, *args):
        names.append(os.path.basename(path))
        return original(path, image, *args)

    monkeypatch.setattr(label_index, 'read_labels', read)
    return names


@pytest.fixture
def load(labels, tmp_path):
    """Read the data set; gives its rows."""

    def run(index_dir=tmp_path / 'index'):
        dataset = JDEDataset(**labels[0], index_dir=index_dir)
        return [dataset.get_data_info(i)['jde_labels'].tolist() for i in range(5)]

    return run


def test_second_start_reads_nothing(load, reads):
    """All labels are read once; then they come from the index, and are the same."""
    first = load()
    assert len(reads) == 5
    reads.clear()
    assert load() == first
    assert reads == []


def test_changed_file_is_read_again(load, labels, reads):
    """Another time of change is noticed, and another size at the same time too."""
    load()
    reads.clear()
    labels[1][2].write_text(PERSON.format(7))
    assert load()[2][0][1] == 7
    os.utime(labels[1][2], (LONG_AGO, LONG_AGO))
    load()
    labels[1][2].write_text(PERSON.format(7) * 2)
    os.utime(labels[1][2], (LONG_AGO, LONG_AGO))
    assert len(load()[2]) == 2
    assert reads == ['002.txt'] * 3


def test_new_file_is_not_trusted_yet(load, labels, reads):
    """A file that changed just now could change again within the clock's tick."""
    labels[1][2].write_text(PERSON.format(7))
    load()
    reads.clear()
    load()
    assert reads == ['002.txt']


def test_changed_list(load, labels, reads, tmp_path):
    """Images that move, come or go in the list keep their labels."""
    load()
    reads.clear()
    lines = (tmp_path / 'a.train').read_text().splitlines()
    (tmp_path / 'a.train').write_text('\n'.join([*lines[::-1], lines[0]]))
    assert [rows[0][1] for rows in load()[1:]] == [3, 2, 1, 0]
    assert reads == []


@pytest.mark.parametrize(
    'damage',
    [
        lambda content: b'',
        lambda content: content[: len(content) // 2],
        lambda content: content[:200] + b'x' * 50 + content[250:],
        lambda content: pickle.dumps({'rows': 1}),
    ],
)
def test_damaged_index_is_made_anew(load, reads, tmp_path, damage, log_lines):
    """With a message, and with the right labels."""
    expected = load()
    (index,) = (tmp_path / 'index').iterdir()
    index.write_bytes(damage(index.read_bytes()))
    reads.clear()
    assert load() == expected
    assert len(reads) == 5
    assert 'cannot be used' in log_lines[-1]
    reads.clear()
    assert load() == expected
    assert reads == []


def test_arrays_that_do_not_fit(load, tmp_path, log_lines):
    """A sound file of something else is not an index."""
    expected = load()
    (index,) = (tmp_path / 'index').iterdir()
    with np.load(index) as stored:
        arrays = dict(stored)
    np.savez(index, **{**arrays, 'rows': arrays['rows'][1:]})
    assert load() == expected
    assert 'do not fit' in log_lines[-1]


def test_no_place_for_the_index(load, tmp_path, log_lines):
    """It goes on without one, and says which key to set."""
    (tmp_path / 'file').touch()
    assert len(load(tmp_path / 'file' / 'index')) == 5
    assert 'index_dir' in log_lines[-1]


def test_no_index(load, reads, tmp_path):
    """None keeps nothing."""
    load(None)
    load(None)
    assert len(reads) == 10


def test_default_place(load, tmp_path, monkeypatch):
    """The user's cache folder, never the folder of the data."""
    before = sorted(tmp_path.rglob('*'))
    monkeypatch.setenv('FAIRMOT_MM_CACHE', str(tmp_path / 'cache'))
    load('auto')
    (index,) = (tmp_path / 'cache' / 'labels').iterdir()
    assert index.name.startswith('a.train-')
    assert [p for p in sorted(tmp_path.rglob('*')) if 'cache' not in str(p)] == before


def test_several_at_once(load, tmp_path):
    """Processes that start together replace the index by equal ones."""
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: load(), range(8)))
    assert all(result == results[0] for result in results)
    assert len(list((tmp_path / 'index').iterdir())) == 1


def test_missing_label_after_indexing(load, labels):
    """A label file that goes is noticed, whatever the index says."""
    load()
    labels[1][1].unlink()
    with pytest.raises(DataError, match=r'001\.png has no label file'):
        load()


def test_classes_of_the_index_are_checked(make_jde_set, tmp_path):
    """A data set of fewer classes than the one that was indexed names file and line."""
    arguments = make_jde_set(a=[PERSON.format(1) + '1 0 .5 .5 .4 .8\n'])
    JDEDataset(**arguments, metainfo=dict(classes=('person', 'car')))
    with pytest.raises(DataError, match=r'000\.txt, line 2: class 1, but .* has 1'):
        JDEDataset(**arguments)


def test_first_bad_file_is_named(load, labels):
    """The first one, whatever is wrong with a later one."""
    labels[1][1].write_text('0 1.5 0.5 0.5 0.4 0.8\n')
    labels[1][3].write_text('0 1 0.5\n')
    with pytest.raises(DataError, match=r'001\.txt, line 1: identity'):
        load()
