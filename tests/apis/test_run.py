"""Several runs of one inferencer at the same time, and what a run says it wrote."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest

import pytest
import torch

from fairmot_mm.apis import MultiStreamInferencer, TrackInferencer
from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.utils import OutputError
from fairmot_mm.utils.errors import NameTakenError


@pytest.fixture(scope='module')
def streets():
    return [
        [
            i
            for i, _ in SyntheticScene(
                s, 4, width=192, height=128, num_frames=n
            ).frames()
        ]
        for s, n in ((1, 11), (2, 8))
    ]


def tracks(results):
    """Identities and boxes of every frame."""
    people = (sample.pred_track_instances for sample in results)
    return [(each.instances_id.tolist(), each.bboxes.tolist()) for each in people]


def test_two_runs_by_turns(network, streets):
    """Each continues with its own identities."""
    inferencer = TrackInferencer(network)
    expected = [tracks(inferencer(street)) for street in streets]
    assert max(len(ids) for ids, _ in expected[0]) > 2
    runs = [inferencer(street) for street in streets]
    found = [[], []]
    for pair in zip_longest(*runs):
        for samples, sample in zip(found, pair, strict=True):
            samples.extend([sample] if sample is not None else [])
    assert [tracks(samples) for samples in found] == expected


def test_two_runs_in_threads(network, streets, tmp_path):
    """The same, with files, where both run at once."""
    inferencer = TrackInferencer(network)
    expected = [tracks(inferencer(street)) for street in streets]
    both = threading.Barrier(2)

    def run(street, name):
        results = inferencer(street, tmp_path / name)
        both.wait(60)
        return tracks(results)

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(run, streets, 'ab')) == expected
    assert len((tmp_path / 'a' / 'frames.txt').read_text().splitlines()) > 20


def test_two_runs_of_many_streams(network, streets):
    """Also where each run has several streams, and beside a run of one."""
    streams = MultiStreamInferencer(network, batch_size=1)
    sources = dict(zip('ab', streets, strict=True))
    alone = [tracks(TrackInferencer(network)(street)) for street in streets]
    runs = [streams(sources), streams(sources)]
    beside = TrackInferencer(network)(streets[0])
    found = [{'a': [], 'b': []}, {'a': [], 'b': []}]
    for pair in zip_longest(*runs):
        next(beside, None)
        for kept, result in zip(found, pair, strict=True):
            if result is not None:
                kept[result.name].append(result.sample)
    for kept in found:
        assert [tracks(kept[name]) for name in 'ab'] == alone


def test_an_observer_sees_the_frames_of_every_run(network, streets):
    """It belongs to the caller, so that runs share it."""

    class Watcher:
        def __init__(self):
            self.frames = []

        def note(self, record):
            self.frames.append(record.frame)

    watcher = Watcher()
    network.tracker.observer = watcher.note
    try:
        list(TrackInferencer(network)(streets[1]))
    finally:
        network.tracker.observer = None
    assert watcher.frames == list(range(1, 9))


@pytest.mark.parametrize('several', [False, True])
def test_a_model_in_training(network, streets, several):
    """It tracks in eval mode; every part is back in its own mode afterwards."""
    kind = MultiStreamInferencer if several else TrackInferencer
    source = streets[:1] if several else streets[0]

    def run():
        results = list(kind(network)(source))
        return tracks([r.sample for r in results] if several else results)

    expected = run()
    statistics = {k: v.clone() for k, v in network.state_dict().items()}
    network.train()
    network.detector.neck.eval()  # a frozen part
    modes = [part.training for part in network.modules()]
    try:
        assert run() == expected
        assert [part.training for part in network.modules()] == modes
        results = iter(kind(network)(source))
        next(results)
        assert [part.training for part in network.modules()] == modes
    finally:
        network.eval()
    for name, value in network.state_dict().items():
        assert torch.equal(value, statistics[name]), name


def test_what_was_written(model, frames, tmp_path):
    """Files with their number of frames, once the run is over."""
    run = TrackInferencer(model)(frames, tmp_path)
    next(run)
    run.close()
    assert {file.path.name: file.num_frames for file in run.written} == {
        'frames.txt': 1,
        'frames.mp4': 1,
    }
    assert not TrackInferencer(model)(frames).written


def test_a_run_that_never_began_gives_its_names_free(model, frames, tmp_path):
    """Closing it is enough."""
    inferencer = TrackInferencer(model)
    first = inferencer(frames, tmp_path)
    with pytest.raises(NameTakenError, match='being written by another run'):
        inferencer(frames, tmp_path)
    first.close()
    assert not list(tmp_path.iterdir())
    list(inferencer(frames, tmp_path))
    with pytest.raises(NameTakenError, match=r'frames\.txt exists'):
        inferencer(frames, tmp_path)


def test_streams_of_which_one_cannot_be_written(model, frames, tmp_path):
    """No name stays taken, and no source is replaced by the picture of another."""
    (tmp_path / 'b.txt').write_text('old')
    streams = MultiStreamInferencer(model)
    with pytest.raises(OutputError, match=r'b\.txt exists'):
        streams({'a': frames, 'b': frames}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ['b.txt']
