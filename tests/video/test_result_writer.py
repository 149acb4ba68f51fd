import os
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import ConfigError, OutputError, read_mot
from fairmot_mm.utils.errors import NameTakenError
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.result_writer import ResultWriter
from fairmot_mm.visualization import TrackVisualizer

SOURCE = FrameSource('clip', Fraction(25), 12, iter(()))


def sample(frame_id):
    return DetDataSample(
        metainfo={'frame_id': frame_id},
        pred_track_instances=InstanceData(
            bboxes=torch.tensor([[4.0, 6.0, 14.0, 36.0]]),
            labels=torch.tensor([1]),
            instances_id=torch.tensor([7]),
        ),
    )


@pytest.mark.parametrize('depth', [2, 0])
@pytest.mark.parametrize('save_video', [True, False])
def test_files(tmp_path, frames, depth, save_video):
    """Text and video have every frame and its box, also if the caller changes it."""
    writer = ResultWriter(SOURCE, tmp_path, TrackVisualizer(), save_video, depth)
    for frame_id, image in enumerate(frames):
        result = sample(frame_id)
        writer.write(Frame(image, ''), result, 10.0)
        result.pred_track_instances.bboxes.fill_(0)
    writer.close()
    writer.close()
    rows = read_mot(tmp_path / 'clip.txt')
    assert rows.frames.tolist() == list(range(1, 13))
    assert set(rows.ids) == {7}
    assert (rows.tlwh == [4, 6, 10, 30]).all()
    assert (tmp_path / 'clip.mp4').exists() == save_video
    if save_video:
        with av.open(str(tmp_path / 'clip.mp4')) as container:
            shown = [f.to_ndarray(format='bgr24') for f in container.decode(video=0)]
        assert len(shown) == 12
        border, background = shown[5][20, 4].astype(int), shown[5][46, 60]
        assert abs(border - background).max() > 40


def test_several_classes(tmp_path, frames):
    """The text names the class, from 1, if the model has more than one."""
    visualizer = TrackVisualizer()
    visualizer.dataset_meta = {'classes': ('person', 'car')}
    writer = ResultWriter(SOURCE, tmp_path, visualizer, False, 0)
    writer.write(Frame(frames[0], ''), sample(0), 10.0)
    writer.close()
    assert (tmp_path / 'clip.txt').read_text().split(',')[7] == '2'


def test_no_folder(frames, tmp_path, monkeypatch):
    """Without a folder nothing is written."""
    monkeypatch.chdir(tmp_path)
    writer = ResultWriter(SOURCE, None, TrackVisualizer(), True, 0)
    writer.write(Frame(frames[0], ''), sample(0), 10.0)
    writer.close()
    assert not list(tmp_path.iterdir())


def test_source_is_not_replaced(tmp_path, video):
    """A video in the folder of the results is not overwritten by its own result."""
    source = FrameSource('clip', Fraction(25), 12, iter(()), (Path(video),))
    with pytest.raises(OutputError, match=r'clip\.mp4 is the source itself'):
        ResultWriter(source, tmp_path, TrackVisualizer(), True, 0)


def run(folder, frames, existing='refuse', name='clip', **settings):
    """Write one frame; gives the names of the files."""
    source = replace(SOURCE, name=name)
    writer = ResultWriter(
        source, folder, TrackVisualizer(), True, 0, existing, **settings
    )
    writer.write(Frame(frames[0], ''), sample(0), 10.0)
    writer.close()
    return [file.path.name for file in writer.written]


def test_results_of_an_earlier_run(tmp_path, frames):
    """They are kept, replaced, or the new ones get a number: text and mp4 the same."""
    assert run(tmp_path, frames) == ['clip.txt', 'clip.mp4']
    (tmp_path / 'clip.txt').write_text('old')
    with pytest.raises(
        NameTakenError, match=r'clip\.txt exists; .*--overwrite.*--keep'
    ):
        run(tmp_path, frames)
    assert (tmp_path / 'clip.txt').read_text() == 'old'
    assert run(tmp_path, frames, 'number') == ['clip-2.txt', 'clip-2.mp4']
    (tmp_path / 'clip-3.mp4').touch()
    assert run(tmp_path, frames, 'number') == ['clip-4.txt', 'clip-4.mp4']
    assert (tmp_path / 'clip.txt').read_text() == 'old'
    run(tmp_path, frames, 'overwrite')
    assert (tmp_path / 'clip.txt').read_text().startswith('1,7,')
    with pytest.raises(ConfigError, match='existing must be'):
        run(tmp_path, frames, 'yes')


@pytest.mark.parametrize('existing', ['refuse', 'overwrite', 'number'])
@pytest.mark.parametrize('link', [None, os.symlink, os.link])
def test_no_source_of_the_run_is_replaced(tmp_path, video, frames, existing, link):
    """Also that of another stream, under another name or through a link."""
    content = video.read_bytes()
    name = 'clip' if link is None else 'other'
    if link:
        link(video, tmp_path / 'other.mp4')
    files = []
    with suppress(NameTakenError):
        files = run(tmp_path, frames, existing, name, sources=[video])
    assert video.read_bytes() == content
    expected = [f'{name}-2.txt', f'{name}-2.mp4'] if existing == 'number' else []
    assert files == expected


def test_times_and_shape_of_the_source(tmp_path, frames):
    """The mp4 keeps when frames were shown and how wide a pixel is."""
    source = replace(SOURCE, pixel_aspect=Fraction(2), has_sound=True)
    with pytest.warns(UserWarning, match=r'clip\.mp4 will have no sound'):
        writer = ResultWriter(source, tmp_path, TrackVisualizer(), True, 0)
    for number, time in enumerate([None, Fraction(3), Fraction(7)]):
        writer.write(Frame(frames[number], '', time=time), sample(number), 10.0)
    writer.close()
    with av.open(str(tmp_path / 'clip.mp4')) as container:
        assert container.streams.video[0].sample_aspect_ratio == 2
        assert [frame.time for frame in container.decode(video=0)] == [0, 3, 7]
