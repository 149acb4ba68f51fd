from fractions import Fraction
from pathlib import Path

import av
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import OutputError, read_mot
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
