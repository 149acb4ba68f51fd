import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData

from fairmot_mm.utils import OutputError, read_mot
from fairmot_mm.video.mot_writer import MOTWriter


def tracks(boxes, ids):
    return InstanceData(
        bboxes=torch.tensor(boxes).reshape(-1, 4), instances_id=torch.tensor(ids)
    )


def test_boxes_are_written_as_left_top_width_height(tmp_path):
    """What is written is read back; frames without people write no line."""
    writer = MOTWriter(tmp_path / 'a' / 'out.txt')
    shown = tracks([[1.5, 2.0, 11.5, 32.0], [-3.0, 0.0, 4.0, 9.0]], [4, 7])
    writer.write(1, shown)
    writer.write(2, tracks([], []))
    writer.write(3, shown)
    writer.close()
    rows = read_mot(tmp_path / 'a' / 'out.txt')
    assert rows.frames.tolist() == [1, 1, 3, 3]
    assert rows.ids.tolist() == [4, 7, 4, 7]
    np.testing.assert_allclose(rows.tlwh[:2], [[1.5, 2, 10, 30], [-3, 0, 7, 9]])
    assert shown.bboxes[0].tolist() == [1.5, 2.0, 11.5, 32.0]


def test_classes(tmp_path):
    """They stand in the eighth column, from 1, where they are asked for."""
    writer = MOTWriter(tmp_path / 'out.txt', with_classes=True)
    shown = tracks([[0.0, 0.0, 2.0, 3.0], [0.0, 0.0, 2.0, 3.0]], [1, 2])
    shown.labels = torch.tensor([1, 0])
    writer.write(1, shown)
    writer.close()
    lines = (tmp_path / 'out.txt').read_text().splitlines()
    assert [line.split(',')[6:] for line in lines] == [
        ['1', '2', '-1', '-1'],
        ['1', '1', '-1', '-1'],
    ]


def test_name_appears_only_when_finished(tmp_path):
    """An older result stays until the new one is complete."""
    path = tmp_path / 'out.txt'
    path.write_text('old')
    writer = MOTWriter(path)
    writer.write(1, tracks([[0.0, 0.0, 1.0, 1.0]], [1]))
    assert path.read_text() == 'old'
    writer.close()
    writer.close()
    assert path.read_text().startswith('1,1,0.0000')
    assert [entry.name for entry in tmp_path.iterdir()] == ['out.txt']


def test_no_frame_makes_no_file(tmp_path):
    """A run that never got a frame leaves nothing behind."""
    MOTWriter(tmp_path / 'out.txt').close()
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_made(tmp_path):
    """A file where a folder should be is an OutputError with the path."""
    (tmp_path / 'file').write_text('')
    with pytest.raises(OutputError, match=r'cannot write .*file/out\.txt'):
        MOTWriter(tmp_path / 'file' / 'out.txt').write(1, tracks([], []))
