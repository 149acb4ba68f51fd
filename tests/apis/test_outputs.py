"""What an inferencer leaves out, counts and exports."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest

from fairmot_mm.apis import MultiStreamInferencer, TrackInferencer
from fairmot_mm.exports import TrackCounter, TrackedFrame
from fairmot_mm.synthetic import SyntheticScene
from fairmot_mm.utils import ConfigError
from fairmot_mm.video import OutputOptions, open_source

WHOLE = ((0, 0), (192, 0), (192, 128), (0, 128))


@pytest.fixture(scope='module')
def street_frames():
    """Frames of a rendered street with four people."""
    scene = SyntheticScene(1, 4, width=192, height=128, num_frames=11)
    return [image for image, _ in scene.frames()]


def identities(samples):
    return [sample.pred_track_instances.instances_id.tolist() for sample in samples]


def test_several_streams_share_a_stream_of_lines(model, tmp_path):
    """Every line names its video; files and crops of each have its name."""
    sources = {
        name: list(np.zeros((count, 48, 64, 3), np.uint8))
        for name, count in (('a', 4), ('b', 6))
    }
    stream = io.BytesIO()
    outputs = OutputOptions(forms=('csv',), stream=stream, crops=tmp_path / 'crops')
    run = MultiStreamInferencer(model)(
        sources, tmp_path / 'out', save_video=False, outputs=outputs
    )
    assert len(list(run)) == 10
    lines = [*map(json.loads, stream.getvalue().splitlines())]
    for name, count in (('a', 4), ('b', 6)):
        frames = [line['frame'] for line in lines if line['video'] == name]
        assert frames == list(range(1, count + 1))
        rows = (tmp_path / 'out' / f'{name}.csv').read_text().splitlines()
        assert len(rows) == 1 + 3 * count
        assert (tmp_path / 'crops' / name / 'crops.csv').is_file()
    assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == [
        'a.csv',
        'b.csv',
    ]


def test_nothing_left_out_changes_nothing(exact_network, street_frames):
    """A region of the whole picture and all classes give the same tracks."""
    plain = [*TrackInferencer(exact_network)(street_frames)]
    filtered = TrackInferencer(exact_network, classes=['pedestrian'], roi=WHOLE)
    same = [*filtered(street_frames)]
    assert identities(plain) == identities(same)
    assert any(map(len, identities(plain)))


@pytest.mark.parametrize('batch_size', [1, 4])
def test_region(exact_network, street_frames, batch_size):
    """Who is outside gets no identity, in one stream and in one of several."""
    height, width = street_frames[0].shape[:2]
    roi = ((0, 0), (width // 2, 0), (width // 2, height), (0, height))
    left = TrackInferencer(exact_network, batch_size=batch_size, roi=roi)
    alone = [*left(street_frames)]
    together = MultiStreamInferencer(exact_network, roi=roi)({'a': street_frames})
    assert identities(alone) == identities(result.sample for result in together)
    found = {identity for frame in identities(alone) for identity in frame}
    everybody = identities(TrackInferencer(exact_network)(street_frames))
    assert 0 < len(found) < len({one for frame in everybody for one in frame})
    assert min(found) == 1
    for sample in alone:
        boxes = sample.pred_track_instances.bboxes
        assert (boxes[:, [0, 2]].mean(dim=1) < width / 2 + 8).all()


def test_unknown_class(model):
    """It is refused before a frame is read."""
    for make in (TrackInferencer, MultiStreamInferencer):
        with pytest.raises(ConfigError, match=r"no class 'cat'; .* 0 pedestrian"):
            make(model, classes=['cat'])


def test_counting_in_python(exact_network, street_frames):
    """A counter takes the results of an inferencer as they are."""
    pytest.importorskip('supervision')
    height, width = street_frames[0].shape[:2]
    zone = ((0, 0), (width, 0), (width, height), (0, height))
    counter = TrackCounter(zones=[zone])
    for sample in TrackInferencer(exact_network)(street_frames):
        counter.update(TrackedFrame.from_sample(sample))
        assert counter.counts[0].inside == len(sample.pred_track_instances)
    assert counter.counts[0].inside > 0


@pytest.mark.parametrize('several', [False, True])
def test_frames_of_a_list(model, several):
    """A list of all results of a file holds no frame, and of a live source all."""
    images = list(np.zeros((5, 48, 64, 3), np.uint8))

    def kept(live=False, **how):
        source = replace(open_source(images), live=live)
        if several:
            run = MultiStreamInferencer(model)({'a': source}, **how)
            return ['frame' in sample for _, sample in [*run]]
        return [
            'frame' in sample for sample in [*TrackInferencer(model)(source, **how)]
        ]

    assert not any(kept())
    assert all(kept(keep_frames=True))
    live = kept(live=True)
    assert live
    assert all(live)
    assert not any(kept(live=True, keep_frames=False))
