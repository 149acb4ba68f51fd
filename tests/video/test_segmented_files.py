"""Results of an endless source in a row of files."""

import json
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree

import av
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.errors import NameTakenError
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import FrameSource
from fairmot_mm.video.output_options import OutputOptions
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


LINE = ((32, 0), (32, 48))


def walk(frames, folder, options, numbers=range(12), source=SOURCE, **how):
    """Write a person who walks to the right, 4 frames a segment."""
    look = TrackVisualizer(trail_length=20)
    look.dataset_meta = {'classes': ('person',)}
    how = dict(segment=0.4, depth=2, save_video=True) | how
    writer = ResultWriter(source, folder, look, outputs=options, **how)
    for k in numbers:
        x = 2.0 + 5 * k
        sample = result(k)
        sample.pred_track_instances = InstanceData(
            bboxes=torch.tensor([[x, 6, x + 10, 36]]),
            scores=torch.tensor([0.5 + k / 100]),
            labels=torch.tensor([0]),
            instances_id=torch.tensor([7]),
        )
        writer.write(Frame(frames[k], '', time=Fraction(k, 10)), sample, 10.0)
        yield k, writer
    writer.close()


def test_counts_go_on(frames, tmp_path):
    """A crossing between two segments counts; sums are those of the run so far."""
    pytest.importorskip('supervision')
    options = OutputOptions(forms=('jsonl',), lines=[((25, 0), (25, 48)), LINE])
    writers = [writer for _, writer in walk(frames, tmp_path, options)]
    events, sums = (
        [(tmp_path / f'door_000{k}.{kind}.csv').read_text() for k in (1, 2, 3)]
        for kind in ('events', 'counts')
    )
    assert [len(text.splitlines()) for text in events] == [1, 3, 1]
    # Frames 4 and 5 are in two segments, and the first line is between them.
    assert events[1].splitlines()[1:] == [
        '5,0.400000,line-1,7,person,in',
        '7,0.600000,line-2,7,person,in',
    ]
    assert [text.splitlines()[1] for text in sums] == [
        'line-1,person,0,0,',
        'line-1,person,1,0,',
        'line-1,person,1,0,',
    ]
    assert writers[0].count_texts['line-2'] == ['line-2 person: 1 in, 0 out']
    items = {file.path.name: file.num_items for file in writers[0].written}
    assert items['door_0002.events.csv'] == 2
    assert items['door_0002.jsonl'] == 4


def test_every_segment_is_whole(frames, tmp_path):
    """The files of a segment fit its mp4: frames are those in it, and all forms end."""
    forms = ('csv', 'parquet', 'jsonl', 'coco-vid', 'cvat')
    pytest.importorskip('pyarrow')
    for _ in walk(frames, tmp_path, OutputOptions(forms=forms)):
        pass
    for k in (1, 2, 3):
        stem = tmp_path / f'door_000{k}'
        content = json.loads(stem.with_suffix('.json').read_text())
        assert [image['frame_id'] for image in content['images']] == [0, 1, 2, 3]
        assert content['images'][0]['file_name'] == f'door_000{k}/img1/000001.jpg'
        root = ElementTree.parse(stem.with_suffix('.xml')).getroot()
        assert root.findtext('meta/task/size') == '4'
        places = [int(box.get('frame')) for box in root.iter('box')]
        assert places == [0, 1, 2, 3]
        rows = stem.with_suffix('.csv').read_text().splitlines()
        assert [int(row.split(',')[0]) for row in rows[1:]] == [
            *range(4 * k - 3, 4 * k + 1)
        ]


def test_places_of_a_live_source_are_those_in_its_mp4(frames, tmp_path):
    """A stream that skips frames has fewer frames in the mp4 than numbers."""
    options = OutputOptions(forms=('cvat',))
    for _ in walk(frames, tmp_path, options, [0, 3, 7, 11], segment=None):
        pass
    root = ElementTree.parse(tmp_path / 'door.xml').getroot()
    assert [box.get('frame') for box in root.iter('box')] == ['0', '1', '2', '3']


def test_crops_are_those_of_the_run(frames, tmp_path):
    """The limit holds for the whole run, whose crops have one folder."""
    options = OutputOptions(crops=tmp_path / 'crops', crops_per_track=1)
    writers = [writer for _, writer in walk(frames, tmp_path / 'out', options)]
    crops = [*(tmp_path / 'crops').rglob('*.jpg')]
    assert [crop.relative_to(tmp_path / 'crops').as_posix() for crop in crops] == [
        'door/7/000011.jpg'
    ]
    (file,) = (file for file in writers[0].written if file.item == 'crop')
    assert (file.path, file.num_items) == (tmp_path / 'crops' / 'door', 1)


def test_trails_go_on(frames, tmp_path):
    """The first picture of a segment has the path of before."""
    numbers = {}
    for name, start in (('whole', 0), ('late', 4)):
        for _ in walk(frames, tmp_path / name, None, range(start, 8)):
            pass
        segment = tmp_path / name / f'door_000{2 if start == 0 else 1}.mp4'
        with av.open(str(segment)) as container:
            first = next(container.decode(video=0)).to_ndarray(format='bgr24')
        numbers[name] = first[30:42, 2:20].astype(int)
    assert abs(numbers['whole'] - numbers['late']).max() > 40


def test_earlier_counts_are_earlier_segments(frames, tmp_path):
    """Tables of events are refused at once, and not when their segment begins."""
    (tmp_path / 'door_0002.events.csv').touch()
    with pytest.raises(NameTakenError, match=r'door_0002\.events\.csv exists'):
        write(frames, tmp_path)
    write(frames, tmp_path, existing='overwrite')
    assert not (tmp_path / 'door_0002.events.csv').exists()


def test_what_grows_can_be_followed(frames, tmp_path):
    """Of a live source: CSV, JSON lines and events, by whole frames; others wait."""
    pytest.importorskip('supervision')
    options = OutputOptions(forms=('csv', 'jsonl', 'cvat'), lines=[LINE])
    for k, _ in walk(frames, tmp_path, options, depth=0, segment=None):
        for name, rows in (('door.csv', k + 2), ('door.jsonl', k + 1)):
            path = tmp_path / name
            assert len(path.read_text().splitlines()) == rows
            assert path.stat().st_mode & 0o444 == 0o444
        events = (tmp_path / 'door.events.csv').read_text().splitlines()
        assert len(events) == 1 + (k >= 6)
        assert not (tmp_path / 'door.xml').exists()
    folder = tmp_path / 'file'
    file = replace(SOURCE, live=False)
    for _ in walk(frames, folder, options, source=file, depth=0, segment=None):
        assert not [path for path in folder.iterdir() if path.suffix == '.csv']


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
