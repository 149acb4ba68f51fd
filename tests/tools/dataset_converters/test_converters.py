import json
import runpy
from pathlib import Path

import cv2
import numpy as np
import pytest

TOOLS = Path(__file__).parents[3] / 'tools/dataset_converters'
BOX = '<box frame="0" outside="0" xtl="0" ytl="0" xbr="10" ybr="8"/>'
FILES = {
    'mot/a/gt/gt.txt': '1,4,0,0,10,8\n',
    'cvat/a/annotations.xml': (
        f'<annotations><track id="0" label="person">{BOX}</track></annotations>'
    ),
    'coco.json': json.dumps(
        dict(
            images=[dict(id=1, file_name='a/img1/1.png')],
            annotations=[dict(image_id=1, category_id=1, bbox=[0, 0, 10, 8])],
            categories=[dict(id=1, name='person')],
        )
    ),
    'yolo/labels/a/1.txt': '0 0.25 0.25 0.5 0.5\n',
    'crowd/annotation_val.odgt': '{"ID": "1", "gtboxes": [{"fbox": [0, 0, 10, 8]}]}',
    'data/PRW/labels_with_ids/1.txt': '0 0 0.25 0.25 0.5 0.5\n',
    'drone/VisDrone2019-MOT-val/annotations/a.txt': '1,4,0,0,10,8,1,1,0,0\n',
    'kitti/training/label_02/0000.txt': (
        '0 4 Pedestrian 0 0 0 0 0 10 8 1 1 1 1 1 1 0\n'
    ),
    'bdd/labels/box_track_20/val/a.json': json.dumps(
        [
            dict(
                name='1.png',
                frameIndex=0,
                labels=[
                    dict(id='4', category='person', box2d=dict(x1=0, y1=0, x2=10, y2=8))
                ],
            )
        ]
    ),
    'ua/Test-XML/MVI_1.xml': (
        '<sequence><frame num="1"><target_list><target id="4">'
        '<box left="0" top="0" width="10" height="8"/><attribute vehicle_type="car"/>'
        '</target></target_list></frame></sequence>'
    ),
    'dance/val/a/gt/gt.txt': '1,4,0,0,10,8,1,1,1\n',
    'sports/dataset/val/a/gt/gt.txt': '1,4,0,0,10,8,1,1,1\n',
}
IMAGES = (
    'mot/a/img1/1.png',
    'cvat/a/images/1.png',
    'yolo/images/a/1.png',
    'crowd/1.png',
    'data/PRW/images/1.png',
    'drone/VisDrone2019-MOT-val/sequences/a/1.png',
    'kitti/training/image_02/0000/000000.png',
    'bdd/images/track/val/a/1.png',
    'ua/images/MVI_1/img00001.png',
    'dance/val/a/img1/1.png',
    'sports/dataset/val/a/img1/1.png',
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A tiny source of every form, in the current folder."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    for name in IMAGES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(tmp_path / name), np.zeros((16, 20, 3), np.uint8))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ('command', 'output', 'identity'),
    [
        ('mot_to_jde mot data S --half --clip', 'data/s.train', 0),
        ('mot_to_jde mot data S --first-id 1 --sequences a', 'data/s.train', 1),
        ('cvat_to_jde cvat data S --ending val --frame-rate 5', 'data/s.val', 0),
        ('coco_vid_to_jde coco.json mot data S --copy', 'data/s.train', -1),
        ('yolo_to_jde yolo data S --names person --workers 2', 'data/s.train', -1),
        ('crowdhuman_to_jde crowd data', 'data/crowdhuman.val', 0),
        ('crowdhuman_to_jde crowd data --identities none', 'data/crowdhuman.val', -1),
        ('visdrone_to_jde drone data', 'data/visdrone.val', 0),
        ('visdrone_to_jde drone data --frame-rate 25', 'data/visdrone.val', 0),
        ('kitti_to_jde kitti data --val 0000', 'data/kitti.val', 0),
        ('bdd100k_to_jde bdd data', 'data/bdd100k.val', 0),
        ('ua_detrac_to_jde ua data', 'data/ua-detrac.test', 0),
        ('dancetrack_to_jde dance data', 'data/dancetrack.val', 0),
        ('sportsmot_to_jde sports data --clip', 'data/sportsmot.val', 0),
        ('jde_mix prw data/PRW data', 'data/prw.train', 0),
        ('make_list data my.train PRW/images', 'data/my.train', 0),
    ],
)
def test_tool(folder, monkeypatch, capsys, command, output, identity):
    """Each tool writes its list and says what is in it."""
    tool, *words = command.split()
    monkeypatch.setattr('sys.argv', [tool, *words])
    runpy.run_path(str(TOOLS / f'{tool}.py'), run_name='__main__')
    count = int(identity >= 0)
    out = capsys.readouterr().out
    assert f'{output}: 1 images, 1 boxes, {count} ' in out
    assert ' identities' in out
    image = Path(output).read_text().strip()
    label = Path('data', image.replace('images', 'labels_with_ids', 1))
    line = label.with_suffix('.txt').read_text().split()
    assert list(map(float, line)) == [0, identity, 0.25, 0.25, 0.5, 0.5]


def test_fault_is_one_line(folder, monkeypatch):
    """A folder without sequences ends the tool with the reason."""
    monkeypatch.setattr('sys.argv', ['mot_to_jde', 'crowd', 'data', 'S'])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(TOOLS / 'mot_to_jde.py'), run_name='__main__')
    assert ended.value.code == 'error: no sequence with gt/gt.txt in crowd'
