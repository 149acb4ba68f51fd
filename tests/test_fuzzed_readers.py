"""Whatever a file holds, reading it gives a result or an error of the user.

Files are damaged by a small seeded generator: random bytes, encodings, words, columns.
"""

import json
import random
from collections import Counter

import cv2
import numpy as np
import pytest

from fairmot_mm.actions.compare_runs import read_curves
from fairmot_mm.datasets import JDEDataset, MOTVideoDataset
from fairmot_mm.datasets.check import check_dataset
from fairmot_mm.datasets.converters import (
    convert_coco_vid,
    convert_crowdhuman,
    convert_cvat,
    convert_mot,
    convert_yolo,
)
from fairmot_mm.evaluation import DetectedSequence, load_detections, save_detections
from fairmot_mm.utils import MOTRows, UserInputError, read_mot, write_mot
from fairmot_mm.utils.text_files import (
    read_ini,
    read_json,
    read_names,
    read_text,
    read_xml,
    read_yaml,
)

ENCODINGS = ('utf-8-sig', 'utf-16', 'utf-16-le', 'utf-32', 'gbk', 'latin-1')
WORDS = (
    *('nan', 'inf', '-inf', '-1', '0', '1.0', '1.1', '0.7', '-0.0', '1e400', '1e-400'),
    *('9007199254740993', '1' * 40, '1' * 5000, '1_000', '0x10', '\u0661', '\uff11'),
    *('', ' ', '\t', '\r', '\x0b', '\x85', '\u2028', '\ufeff', '\0', '街', 'x'),
    *(
        '%',
        '%(a)s',
        '[a] b',
        '#',
        ';',
        ',',
        '"',
        "'",
        '<',
        '&',
        '{',
        '[',
        '../..',
        '\\',
    ),
    *(
        'true',
        'null',
        '[]',
        '{}',
        '2001-99-99',
        '!!python/name:os.system',
        '*a',
        '\ud800',
    ),
)


def _noise(content, rng):
    return rng.randbytes(rng.randint(0, 80))


def _flip(content, rng):
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(content, rng):
    return content[: rng.randint(0, len(content))]


def _encode(content, rng):
    text = content.decode(errors='replace') + rng.choice(('', ' 街', ' é'))
    return text.encode(rng.choice(ENCODINGS), errors='replace')


def _word(content, rng):
    """Put an unusual word in the place of a word, or before it."""
    text = content.decode(errors='replace')
    places = [k for k, c in enumerate(text) if c.isalnum()] or [0]
    start = end = rng.choice(places)
    while rng.random() < 0.9 and end < len(text) and text[end].isalnum():
        end += 1
    word = rng.choice(WORDS)
    return (text[:start] + word + text[end:]).encode(errors='surrogatepass')


def _lines(content, rng):
    """Take a line away, or write one twice, with other separators."""
    lines = content.split(b'\n')
    k = rng.randrange(len(lines))
    other = lines[k].replace(b',', rng.choice((b' ', b'\t', b';', b',,', b', ')))
    lines[k : k + 1] = rng.choice(([], [lines[k]] * 2, [other], [b'', lines[k]]))
    return b'\n'.join(lines)


def _column(content, rng):
    """Take a column of a line away, or write one twice."""
    lines = content.split(b'\n')
    k = rng.randrange(len(lines))
    separator = b',' if b',' in lines[k] else b' '
    words = lines[k].split(separator)
    place = rng.randrange(len(words))
    words[place : place + 1] = rng.choice(([], [words[place]] * 2))
    lines[k] = separator.join(words)
    return b'\n'.join(lines)


_WAYS = (_noise, _flip, _cut, _encode, _word, _word, _word, _lines, _column)


def damaged(content: bytes, seed: int) -> bytes:
    """A version of a sound file that is damaged in one to three ways.

    Args:
        content: The sound file, in UTF-8.
        seed: Another version for each seed; 0 is the file as it is.
    """
    rng = random.Random(seed)
    for _ in range(rng.randint(1, 3) if seed else 0):
        content = rng.choice(_WAYS)(content, rng)
    return content


GT = '1,1,10,10,20,40,1,1,0.5\n1,2,50,10,20,40,1,7,1\n2,1,12,10,20,40,1,1,1\n'
VISDRONE = '1,1,10,10,20,40,1,1,0,1\n1,2,50,10,20,40,1,4,1,2\n'
INI = '[Sequence]\nname=a\nimDir=img1\nframeRate=25\nimWidth=100\nimHeight=80\n'
LABEL = '0 1 0.5 0.5 0.2 0.4\n0 -1 0.3 0.5 0.1 0.2\n'
YAML = 'path: ../a\nnc: 2\nnames:\n  0: person\n  1: car\n'
BOX = '<box frame="0" outside="0" xtl="1" ytl="1" xbr="50" ybr="70" rotation="0"/>'
XML = (
    '<?xml version="1.0" encoding="utf-8"?>\n<annotations><meta><task><size>1</size>'
    f'</task></meta><track id="0" label="person">{BOX}</track></annotations>\n'
)
COCO = json.dumps(
    {
        'images': [
            {'id': 1, 'file_name': 'a.png', 'width': 100, 'height': 80, 'video_id': 1}
        ],
        'videos': [{'id': 1, 'name': 'v', 'fps': '30000/1001'}],
        'categories': [{'id': 1, 'name': 'person'}],
        'annotations': [
            {
                **{'id': 7, 'image_id': 1, 'category_id': 1, 'track_id': 3},
                **{'bbox': [10, 10, 20, 40], 'iscrowd': 0},
            }
        ],
    },
    indent=1,
)
ODGT = (
    '{"ID": "a", "gtboxes": [{"tag": "person", "fbox": [10, 10, 20, 40], "extra": '
    '{"ignore": 0}}]}\n'
)
SCALARS = '{"lr": 0.1, "loss": 2.5, "iter": 1, "step": 1}\n{"mot/MOTA": 1, "step": 1}\n'


@pytest.fixture
def image(tmp_path):
    """Write a grey image of 100x80 pixels."""

    def write(path):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(tmp_path / path), np.full((80, 100, 3), 99, np.uint8))

    return write


@pytest.fixture
def fuzz(tmp_path):
    """Read damaged versions of a file; there must be results and errors among them."""

    def run(path, content, read, count):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        outcomes = Counter()
        for seed in range(count):
            version = damaged(content.encode(), seed)
            file.write_bytes(version)
            try:
                read(file)
            except UserInputError:
                outcomes['error'] += 1
            except BaseException as error:
                error.add_note(f'seed {seed}: {version[:300]!r}')
                raise
            else:
                outcomes['result'] += 1
        assert min(outcomes['result'], outcomes['error']) > count / 20, outcomes

    return run


@pytest.mark.parametrize(
    ('read', 'content'),
    [
        (read_text, GT),
        (read_names, 'person\ncar\n'),
        (read_json, COCO),
        (read_yaml, YAML),
        (read_xml, XML),
        (lambda path: read_ini(path, 'Sequence'), INI),
    ],
    ids=['text', 'names', 'json', 'yaml', 'xml', 'ini'],
)
def test_text(fuzz, read, content):
    """Readers of the forms of text."""
    fuzz('a.txt', content, read, 600)


@pytest.mark.parametrize('content', [GT, VISDRONE, GT.replace(',', ' ')])
def test_mot(fuzz, tmp_path, content):
    """What is read can be used: it is written, and read again, without a change."""

    def read(path):
        rows = read_mot(path)
        assert np.isfinite(rows.tlwh).all()
        assert (rows.classes >= 0).all()
        write_mot(tmp_path / 'again.txt', rows)
        again = read_mot(tmp_path / 'again.txt')
        for name in ('frames', 'ids', 'classes'):
            np.testing.assert_array_equal(getattr(again, name), getattr(rows, name))

    fuzz('a.txt', content, read, 500)


def test_sequence_folder(fuzz, image):
    """seqinfo.ini of a sequence to test on."""
    image('root/a/img1/1.png')

    def read(path):
        (sample,) = MOTVideoDataset(data_root=str(path.parents[1]))
        assert 0 < sample['frame_rate'] < 1e6

    fuzz('root/a/seqinfo.ini', INI, read, 100)


@pytest.mark.parametrize(
    ('file', 'content'),
    [('a/labels_with_ids/1.txt', LABEL), ('a.train', 'a/images/1.png\n')],
)
def test_jde_set(fuzz, image, tmp_path, file, content):
    """Label file and list of a training set, and its check."""
    image('a/images/1.png')
    (tmp_path / 'a/labels_with_ids').mkdir()
    (tmp_path / 'a/labels_with_ids/1.txt').write_text(LABEL)
    (tmp_path / 'a.train').write_text('a/images/1.png\n')

    def read(_):
        report = check_dataset(tmp_path, ['a.train'], workers=1)
        dataset = JDEDataset(str(tmp_path), ['a.train'], index_dir=None)
        rows = dataset.get_data_info(0)['jde_labels']
        np.testing.assert_array_equal(rows[:, 1], rows[:, 1].astype(np.int64))
        assert dataset.num_ids >= 1
        assert not {p.kind for p in report.problems} & {'bad-label', 'bad-identity'}

    fuzz(file, content, read, 300)


@pytest.mark.parametrize(
    ('file', 'content'),
    [('gt/gt.txt', GT), ('gt/labels.txt', 'person\ncar\n'), ('seqinfo.ini', INI)],
)
def test_mot_converter(fuzz, image, tmp_path, file, content):
    """Ground truth, names of its classes, and description of a sequence."""
    for frame in (1, 2):
        image(f'src/a/img1/{frame}.png')
    (tmp_path / 'src/a/gt').mkdir()
    (tmp_path / 'src/a/gt/gt.txt').write_text(GT)
    (tmp_path / 'src/a/seqinfo.ini').write_text(INI)

    def read(_):
        convert_mot(tmp_path / 'src', tmp_path / 'out', 'S', half=True, workers=1)
        JDEDataset(str(tmp_path / 'out'), ['s.train'], index_dir=None).full_init()
        MOTVideoDataset(data_root=str(tmp_path / 'out/S/images/half-val'))

    fuzz(f'src/a/{file}', content, read, 50)


@pytest.mark.parametrize(
    ('file', 'content'),
    [
        ('labels/1.txt', '0 0.5 0.5 0.2 0.4 7\n1 0.3 0.5 0.1 0.2 -1\n'),
        ('classes.txt', 'person\ncar\n'),
        ('data.yaml', YAML),
    ],
)
def test_yolo_converter(fuzz, image, tmp_path, file, content):
    """Labels, and names of the classes."""
    image('src/images/1.png')
    (tmp_path / 'src/labels').mkdir()
    label = '0 0.5 0.5 0.2 0.4 7\n'
    (tmp_path / 'src/labels/1.txt').write_text(label)
    if file == 'labels/1.txt':
        (tmp_path / 'src/classes.txt').write_text('person\ncar\n')

    def read(_):
        convert_yolo(tmp_path / 'src', tmp_path / 'out', 'S', track_ids=True, workers=1)

    fuzz(f'src/{file}', content, read, 120)


def test_coco_converter(fuzz, image, tmp_path):
    """The file of annotations."""
    image('src/a.png')

    def read(path):
        convert_coco_vid(path, tmp_path / 'src', tmp_path / 'out', 'S', workers=1)

    fuzz('a.json', COCO, read, 200)


def test_cvat_converter(fuzz, image, tmp_path):
    """The file of annotations."""
    image('src/a/images/frame_000000.png')

    def read(_):
        convert_cvat(tmp_path / 'src', tmp_path / 'out', 'S', workers=1)

    fuzz('src/a/a.xml', XML, read, 200)


def test_crowdhuman_converter(fuzz, image, tmp_path):
    """The file of annotations."""
    image('src/a.png')

    def read(_):
        convert_crowdhuman(tmp_path / 'src', tmp_path / 'out', 'S', workers=1)

    fuzz('src/annotation_train.odgt', ODGT, read, 150)


def test_logged_values(fuzz):
    """The log of a run."""

    def read(path):
        read_curves(path.parents[2])

    fuzz('run/1/vis_data/scalars.json', SCALARS, read, 300)


def test_files_of_detections(tmp_path):
    """A damaged file of arrays is an error, or gives arrays that fit each other."""
    none = MOTRows.of_pedestrians(np.ones(1, int), np.ones(1, int), np.ones((1, 4)))
    sequence = DetectedSequence(
        *('a', 25.0, (80, 100), none, np.array([0, 1, 2])),
        *(np.ones((2, 4), np.float32), np.ones(2, np.float32), np.zeros(2, np.int64)),
        np.ones((2, 3), np.float32),
    )
    save_detections(tmp_path / 'a.npz', sequence)
    content, refused = (tmp_path / 'a.npz').read_bytes(), 0
    rng = random.Random(0)
    for _ in range(300):
        version = rng.choice((_flip, _cut, _flip))(content, rng)
        (tmp_path / 'b.npz').write_bytes(version)
        try:
            list(load_detections(tmp_path / 'b.npz').samples())
        except UserInputError:
            refused += 1
    assert refused > 100
