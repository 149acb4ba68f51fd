"""A run that goes on where another one stopped."""

import time
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from fairmot_mm.apis import MultiStreamInferencer, TrackInferencer
from fairmot_mm.apis.tracking_state import TrackingState
from fairmot_mm.registry import MODELS
from fairmot_mm.utils import CheckpointError, ConfigError, DataError
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource


@pytest.fixture
def walk():
    """12 frames 96x64 of noise that moves; the small network sees people in it."""
    noise = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    return [np.roll(noise, k, axis=1) for k in range(12)]


def seen(samples):
    return [
        (
            sample.frame_id,
            sample.pred_track_instances.instances_id.tolist(),
            sample.pred_track_instances.bboxes.tolist(),
        )
        for sample in samples
    ]


@pytest.mark.parametrize('threads', [True, False])
def test_two_runs_are_one(network, walk, tmp_path, threads):
    """Tracks, numbers in the text and times go on, over a file."""
    inferencer = TrackInferencer(network, threads=threads)
    whole = list(inferencer(walk))
    assert any(len(sample.pred_track_instances) for sample in whole)
    run = inferencer(walk[:7], tmp_path / 'first')
    before = list(run)
    run.state().save(tmp_path / 'a.state')
    state = TrackingState.load(tmp_path / 'a.state')
    after = list(inferencer(walk[7:], tmp_path / 'second', state=state))
    assert seen(before) + seen(after) == seen(whole)
    assert [s.time for s in after] == pytest.approx([k / 30 for k in range(7, 12)])
    rows = (tmp_path / 'second/frames.txt').read_text().splitlines()
    assert {int(row.split(',')[0]) for row in rows} <= set(range(8, 13))


def camera(images):
    frames = (Frame(im, '', time=Fraction(k, 10)) for k, im in enumerate(images))
    return FrameSource('door', Fraction(10), None, frames, live=True)


def test_a_live_source_went_on_meanwhile(network, walk):
    """The clock of the tracker moves on by the time between two runs."""
    inferencer = TrackInferencer(network)
    run = inferencer(camera(walk[:3]))
    last = list(run)[-1]
    state = run.state()
    state = replace(state, saved_at=time.time() - 60)
    first = next(inferencer(camera(walk[3:]), state=state))
    assert first.frame_id == last.frame_id + 1
    assert first.time - last.time == pytest.approx(60, abs=5)


def test_what_does_not_fit_is_refused(network, walk):
    """Other weights, another tracker, another frame rate: one line each."""
    inferencer = TrackInferencer(network)
    run = inferencer(walk[:3])
    list(run)
    state = run.state()
    other = deepcopy(network)
    torch.nn.init.constant_(other.detector.bbox_head.size[2].bias, 1.0)
    with pytest.raises(DataError, match='other weights'):
        TrackInferencer(other)(walk, state=state)
    other = deepcopy(network)
    other.tracker = MODELS.build(dict(type='JDETracker', track_buffer=7))
    with pytest.raises(DataError, match='and this one has'):
        TrackInferencer(other)(walk, state=state)
    with pytest.raises(DataError, match=r'30 frames a second.*25.*--fps'):
        inferencer(walk, frame_rate=25, state=state)


def test_there_is_no_state_without_a_frame(network, walk):
    """Nor of several sources."""
    run = TrackInferencer(network)(walk)
    with pytest.raises(DataError, match='before the first frame'):
        run.state()
    run.close()
    run = MultiStreamInferencer(network)([walk, walk[:4]])
    with pytest.raises(ConfigError, match='several sources'):
        run.state()
    run.close()


@pytest.mark.parametrize('content', [None, b'', b'no state', 'weights', 'half'])
def test_files_that_are_no_state(tmp_path, network, content):
    """The message names the file."""
    path = tmp_path / 'a.state'
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == 'weights':
        torch.save({'state_dict': {}}, path)
    elif content == 'half':
        torch.save({'tracking_state': {'tracker': {}}}, path)
    with pytest.raises((CheckpointError, DataError), match=r'a\.state'):
        TrackingState.load(path)


def test_results_carry_their_frame(network, walk):
    """The frame as it was read, its time, and by option embeddings of the tracks."""
    tracked = deepcopy(network)
    tracked.tracker.return_embeds = True
    for k, sample in enumerate(TrackInferencer(tracked)(walk)):
        assert (sample.frame.image == walk[k]).all()
        assert sample.time == pytest.approx(k / 30)
        people = sample.pred_track_instances
        assert people.embeds.shape[0] == len(people)
        torch.testing.assert_close(people.embeds.norm(dim=1), torch.ones(len(people)))
    for k, (name, sample) in enumerate(MultiStreamInferencer(network)({'a': walk})):
        assert name == 'a'
        assert (sample.frame.image == walk[k]).all()
        assert 'embeds' not in sample.pred_track_instances
