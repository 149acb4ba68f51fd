"""Results of an endless source in a row of files."""

from dataclasses import replace
from fractions import Fraction

import av
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.errors import NameTakenError
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.result_writer import ResultWriter
from fairmot_mm.visualization import TrackVisualizer

SOURCE = FrameSource('door', Fraction(10), None, iter(()), live=True)


def result(frame_id):
    tracks = InstanceData(
        bboxes=torch.tensor([[1.0, 2.0, 11.0, 22.0]]), instances_id=torch.tensor([1])
    )
    sample = DetDataSample(metainfo={'frame_id': frame_id})
    sample.pred_track_instances = tracks
    return sample


def write(frames, folder, numbers=range(12), seconds=0.4, **how):
    """Write frames at 10 a second in segments."""
    how = {'existing': 'refuse', **how}
    writer = ResultWriter(
        SOURCE, folder, TrackVisualizer(), True, 2, segment=seconds, **how
    )
    for k in numbers:
        writer.write(Frame(frames[k], 'door', time=Fraction(k, 10)), result(k), 10.0)
    writer.close()
    return writer.written


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_segments_together_are_the_result(frames, tmp_path):
    """Texts follow each other without a gap; each mp4 begins with its first frame."""
    written = write(frames, tmp_path)
    assert names(tmp_path) == [
        f'door_000{k}.{end}' for k in (1, 2, 3) for end in ('mp4', 'txt')
    ]
    assert [file.num_frames for file in written] == [4] * 6
    text = ''.join((tmp_path / f'door_000{k}.txt').read_text() for k in (1, 2, 3))
    assert [int(row.split(',')[0]) for row in text.splitlines()] == [*range(1, 13)]
    with av.open(str(tmp_path / 'door_0002.mp4')) as container:
        assert [f.time for f in container.decode(video=0)] == pytest.approx(
            [0, 0.1, 0.2, 0.3]
        )


def test_a_pause_makes_no_empty_segment(frames, tmp_path):
    """Segments are numbered without a gap, whatever time passes."""
    write(frames, tmp_path, numbers=[0, 1, 11])
    assert names(tmp_path)[::2] == ['door_0001.mp4', 'door_0002.mp4']


def test_segments_of_an_earlier_run(frames, tmp_path):
    """They are refused, numbered or removed, all of them."""
    write(frames, tmp_path)
    with pytest.raises(NameTakenError, match=r'door_0001\.mp4 exists.*--keep'):
        write(frames, tmp_path, numbers=[0])
    write(frames, tmp_path, numbers=[0], existing='number')
    assert 'door-2_0001.txt' in names(tmp_path)
    write(frames, tmp_path, numbers=[0], existing='overwrite')
    assert names(tmp_path) == [
        f'{name}_0001.{end}' for name in ('door-2', 'door') for end in ('mp4', 'txt')
    ]


def test_a_segment_that_is_a_source_stays(frames, tmp_path):
    """Tracking a segment never removes it."""
    write(frames, tmp_path)
    source = tmp_path / 'door_0002.mp4'
    with pytest.raises(NameTakenError, match='is the source itself'):
        write(frames, tmp_path, existing='overwrite', sources={source})
    assert source.exists()


def test_two_runs_do_not_share_a_name(frames, tmp_path):
    """The second one is refused, also when the first one is at a later segment."""
    first = ResultWriter(SOURCE, tmp_path, TrackVisualizer(), False, 0, segment=1)
    with pytest.raises(NameTakenError, match='another run'):
        write(frames, tmp_path, existing='overwrite')
    first.close()


@pytest.mark.parametrize('seconds', [0, -1, float('nan'), 'x'])
def test_lengths_that_cannot_be(frames, tmp_path, seconds):
    """A segment lasts for some time."""
    with pytest.raises(ConfigError, match='segment'):
        write(frames, tmp_path, seconds=seconds)


def test_without_a_folder_there_are_no_segments(frames):
    """The option would do nothing, so it is refused."""
    with pytest.raises(ConfigError, match='out_dir'):
        write(frames, None)


def test_a_live_text_can_be_followed(frames, tmp_path):
    """It has its name and the mode of any file from the first frame on."""
    for live in (True, False):
        folder = tmp_path / str(live)
        source = replace(SOURCE, live=live)
        writer = ResultWriter(source, folder, TrackVisualizer(), True, 0)
        for k in range(3):
            writer.write(Frame(frames[k], 'door'), result(k), 10.0)
        text = folder / 'door.txt'
        assert text.exists() == live
        if live:
            assert len(text.read_text().splitlines()) == 3
            assert text.stat().st_mode & 0o444 == 0o444
            assert (folder / 'door.mp4').exists()
        parts = [path for path in folder.iterdir() if path.suffix == '.part']
        assert all(path.stat().st_mode & 0o444 == 0o444 for path in parts)
        assert bool(parts) != live
        writer.close()
        assert names(folder) == ['door.mp4', 'door.txt']
