import json

import pytest

from fairmot_mm.exports import open_writer
from fairmot_mm.utils import OutputError


def test_images_and_annotations(tmp_path, make_frame, video):
    """Every frame is an image; a box leads to its image, class and identity."""
    writer = open_writer('coco-vid', tmp_path / 'a.json', video)
    writer.write(make_frame(0, image='/x/clip/img1/9.jpg'))
    writer.write(make_frame(1, (5, 1, 1, 2, 3, 4), (2, 0, 0, 0, 9, 8)))
    writer.write(make_frame(2, (5, 1, 1.5, 2, 3, 4)))
    writer.close()
    content = json.loads((tmp_path / 'a.json').read_text())
    assert content['videos'] == [{'id': 1, 'name': 'clip', 'fps': 10.0}]
    assert [one['name'] for one in content['categories']] == ['person', 'car, "big"']
    images = content['images']
    assert [one['frame_id'] for one in images] == [0, 1, 2]
    assert [one['file_name'] for one in images] == [
        'clip/img1/9.jpg',
        'clip/img1/000002.jpg',
        'clip/img1/000003.jpg',
    ]
    assert {(one['width'], one['height']) for one in images} == {(100, 80)}
    boxes = content['annotations']
    assert [one['id'] for one in boxes] == [1, 2, 3]
    assert [one['image_id'] for one in boxes] == [2, 2, 3]
    assert [one['instance_id'] for one in boxes] == [5, 2, 5]
    assert [one['category_id'] for one in boxes] == [2, 1, 2]
    assert [one['score'] for one in boxes] == [0.2, 0.5, 0.2]
    assert boxes[2]['bbox'] == [1.5, 2, 3, 4]
    assert boxes[1]['area'] == 72


@pytest.mark.parametrize('form', ['coco-vid', 'cvat'])
def test_full_disk(tmp_path, make_frame, video, full_disk, form):
    """What cannot be read without its end is removed; the message says so."""
    writer = open_writer(form, tmp_path / 'a', video)
    writer.write(make_frame(0, (1, 0, 0, 0, 5, 5)))
    full_disk(100)
    with pytest.raises(OutputError, match=r'cannot write .*a: File too large; nothing'):
        writer.close()
    writer.close()
    assert writer.num_frames == 0
    assert not list(tmp_path.iterdir())
