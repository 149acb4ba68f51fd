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
}
IMAGES = (
    'mot/a/img1/1.png',
    'cvat/a/images/1.png',
    'yolo/images/a/1.png',
    'crowd/1.png',
    'data/PRW/images/1.png',
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
    assert f'{output}: 1 images, 1 boxes, {count} identities' in capsys.readouterr().out
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
