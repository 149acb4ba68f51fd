import io
import json

import av
import cv2
import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.utils import ConfigError, OutputError
from fairmot_mm.utils.errors import NameTakenError
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.frame_source import open_source
from fairmot_mm.video.output_options import OutputOptions
from fairmot_mm.video.result_writer import ResultWriter
from fairmot_mm.visualization import TrackVisualizer

LINE = ((32, 0), (32, 48))


def run(out, options, existing='refuse', save_video=False, count=6, depth=2):
    """Write a person who walks to the right through frames of noise, 64x48 pixels."""
    images = np.random.default_rng(0).integers(0, 256, (count, 48, 64, 3), np.uint8)
    source = open_source(images, 10)
    visualizer = TrackVisualizer()
    visualizer.dataset_meta = {'classes': ('person',)}
    writer = ResultWriter(
        source, out, visualizer, save_video, depth, existing, outputs=options
    )
    try:
        for index, image in enumerate(images):
            x = 10.0 + 6 * index
            found = InstanceData(
                bboxes=torch.tensor([[x, 6, x + 10, 36], [0, 0, 8, 8]]),
                scores=torch.tensor([0.75, 0.3]),
                labels=torch.tensor([0, 0]),
            )
            tracks = found[:1]
            tracks.instances_id = torch.tensor([7])
            sample = DetDataSample(
                metainfo={'frame_id': index},
                pred_instances=found,
                pred_track_instances=tracks,
            )
            writer.write(Frame(image, ''), sample, 10.0)
    finally:
        writer.close()
    return writer, images


def test_all_forms(tmp_path):
    """Every form has its file, which gets its name at the end with all frames in it."""
    pytest.importorskip('pyarrow')
    forms = ('mot', 'csv', 'parquet', 'jsonl', 'coco-vid', 'cvat')
    writer, _ = run(tmp_path, OutputOptions(forms=forms))
    endings = ('.txt', '.csv', '.parquet', '.jsonl', '.json', '.xml')
    assert [file.path.name for file in writer.written] == [
        f'frames{ending}' for ending in endings
    ]
    assert {file.num_frames for file in writer.written} == {6}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f'frames{ending}' for ending in endings
    )
    text = (tmp_path / 'frames.txt').read_text().splitlines()[0]
    assert text == '1,7,10.0000,6.0000,10.0000,30.0000,0.75,-1,-1,-1'


def test_earlier_files(tmp_path):
    """No form replaces a file of an earlier run; new files share a number."""
    options = OutputOptions(forms=('csv', 'cvat'), crops=tmp_path / 'crops')
    (tmp_path / 'out').mkdir()
    (tmp_path / 'out' / 'frames.xml').write_text('mine')
    with pytest.raises(NameTakenError, match=r'frames\.xml exists'):
        run(tmp_path / 'out', options)
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['frames.xml']
    (tmp_path / 'crops' / 'frames-2').mkdir(parents=True)
    run(tmp_path / 'out', options, 'number')
    assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == [
        'frames-3.csv',
        'frames-3.xml',
        'frames.xml',
    ]
    assert (tmp_path / 'crops' / 'frames-3' / 'crops.csv').is_file()
    run(tmp_path / 'out', OutputOptions(forms=('cvat',)), 'overwrite')
    assert (tmp_path / 'out' / 'frames.xml').read_text() != 'mine'


def test_stream_without_a_folder(tmp_path, monkeypatch):
    """JSON lines alone: the folder stays empty, counts are in the lines."""
    pytest.importorskip('supervision')
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    writer, _ = run(None, OutputOptions(stream=stream, lines=[LINE]))
    lines = [*map(json.loads, stream.getvalue().splitlines())]
    assert [line['frame'] for line in lines] == [1, 2, 3, 4, 5, 6]
    crossed = [line['frame'] for line in lines if line['events']]
    assert crossed == [4]
    assert writer.count_texts == {'line-1': ['line-1 person: 1 in, 0 out']}
    assert not list(tmp_path.iterdir())


def test_nobody_reads(tmp_path):
    """A pipe that is closed ends the run by its own error."""

    class Closed(io.BytesIO):
        def write(self, data):
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        run(tmp_path, OutputOptions(stream=Closed()))


def test_counts_in_the_picture(tmp_path):
    """Line and count are drawn; events and sums have files."""
    pytest.importorskip('supervision')
    run(tmp_path / 'without', OutputOptions(), save_video=True)
    run(tmp_path / 'with', OutputOptions(lines=[LINE]), save_video=True)
    assert (tmp_path / 'with' / 'frames.events.csv').read_text().splitlines()[1] == (
        '4,0.300000,line-1,7,person,in'
    )
    assert (tmp_path / 'with' / 'frames.counts.csv').is_file()
    last = []
    for name in ('without', 'with'):
        with av.open(str(tmp_path / name / 'frames.mp4')) as container:
            frames = [f.to_ndarray(format='bgr24') for f in container.decode(video=0)]
        last.append(frames[-1].astype(int))
    difference = np.abs(last[1] - last[0]).max(axis=2)
    assert difference[:, 31:34].mean() > 40


def test_blurred_crops(tmp_path):
    """People are unrecognizable in the crops; without the option they are not."""
    spread = []
    for blur in (None, 'people'):
        options = OutputOptions(crops=tmp_path / str(blur), blur=blur)
        run(None, options)
        crops = [*(tmp_path / str(blur)).rglob('*.jpg')]
        assert crops
        spread.append(np.mean([cv2.imread(str(crop)).std() for crop in crops]))
    assert spread[0] > 50
    assert spread[1] < spread[0] / 2


def test_blurred_video(tmp_path):
    """Tracks and detections without a track are blurred, and nothing else."""
    run(tmp_path, OutputOptions(blur='people'), save_video=True, count=1)
    with av.open(str(tmp_path / 'frames.mp4')) as container:
        (shown,) = [f.to_ndarray(format='gray') for f in container.decode(video=0)]
    assert shown[22:33, 12:18].std() < shown[38:46, 40:60].std() / 2


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(forms=('csv',)), 'the forms csv need out_dir'),
        (dict(lines=[LINE]), 'lines and zones need out_dir or a stream'),
        (dict(blur='people'), 'blur changes the mp4 and the crops'),
    ],
)
def test_nowhere_to_write(options, message):
    """What would have no effect without a folder is refused."""
    with pytest.raises(ConfigError, match=message):
        run(None, OutputOptions(**options))


def test_nothing_is_left_after_an_error(tmp_path):
    """A line that is not in the picture ends the run before a file is named."""
    pytest.importorskip('supervision')
    options = OutputOptions(forms=('csv',), lines=[((0, 0), (640, 0))])
    with pytest.raises(ConfigError, match='64 pixels wide'):
        run(tmp_path, options, save_video=True)
    assert not list(tmp_path.iterdir())


def test_crops_cannot_be_written(tmp_path):
    """A file in the place of the folder is named in the error."""
    (tmp_path / 'crops').write_text('')
    with pytest.raises(OutputError, match=r'cannot write into folder .*crops'):
        run(tmp_path, OutputOptions(crops=tmp_path / 'crops'))
