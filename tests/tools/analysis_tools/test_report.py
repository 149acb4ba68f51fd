import html
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from fairmot_mm.report.charts import make_figure
from fairmot_mm.report.page import Chart, Section, write_page
from fairmot_mm.utils import write_mot
from fairmot_mm.utils.mot_io import MOTRows
from fairmot_mm.video import VideoWriter

# Origin of the files: see tests/evaluation/test_mot_scores.py.
DATA = Path(__file__).parents[2] / 'data' / 'eval'
CHART = re.compile(r'<script type="application/json">(.*?)</script>', re.DOTALL)
EVIL = '<img src=x onerror=document.documentElement.dataset.failure=1>'
BROWSER = next(
    filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))),
    None,
)
BROWSER_NEEDED = pytest.mark.skipif(
    BROWSER is None, reason='there is no chromium to open the page in'
)


@pytest.fixture
def main(load_main):
    return load_main('report')


@pytest.fixture
def write_report(main, tmp_path):
    """Write a report, and give its text."""

    def write(*arguments):
        out = tmp_path / 'report.html'
        main([*arguments, '--out', out, '--overwrite'])
        return out.read_text()

    return write


@pytest.fixture
def walk():
    """Two people in 12 frames, the second for the last six: (frame, id, left)."""
    frames = np.concatenate([np.arange(1, 13), np.arange(7, 13)])
    ids = np.repeat([1, 2], [12, 6])
    tlwh = np.column_stack([8.0 * frames, 30.0 * ids, 0 * frames + 20, 0 * frames + 40])
    return MOTRows.of_pedestrians(frames, ids, tlwh)


@pytest.fixture
def images(tmp_path):
    """Write the images of a sequence, 160 x 120 pixels."""

    def write(name, count=12):
        folder = tmp_path / 'data' / name / 'img1'
        folder.mkdir(parents=True)
        for number in range(1, count + 1):
            image = np.full((120, 160, 3), 10 * number, np.uint8)
            cv2.imwrite(str(folder / f'{number:06d}.jpg'), image)
        return tmp_path / 'data'

    return write


def cells(text):
    """The texts of the cells of all tables, row by row."""
    rows = re.findall(r'<tr>(.*?)</tr>', text, re.DOTALL)
    return [
        [html.unescape(cell) for cell in re.findall(r'<t[hd]>(.*?)</t[hd]>', row)]
        for row in rows
    ]


def tables_of(text):
    """The cells of each table."""
    return [
        cells(table) for table in re.findall(r'<table>.*?</table>', text, re.DOTALL)
    ]


def titles(text):
    """The titles of sections, charts and cards."""
    return [html.unescape(each) for each in re.findall(r'<h[234]>(.*?)</h[234]>', text)]


@pytest.mark.parametrize('protocol', ['motchallenge', 'published'])
def test_numbers_are_those_of_evaluate(write_report, load_main, capsys, protocol):
    """Each number of the table that `fairmot evaluate` prints is in the report."""
    load_main('evaluate')(['results', DATA, DATA, '--protocol', protocol])
    lines = capsys.readouterr().out.splitlines()
    header = next(line for line in lines if line.startswith('sequence')).split()
    printed = [line.split() for line in lines if len(line.split()) == len(header)]
    text = write_report(DATA, '--gt', DATA, '--protocol', protocol)
    table = [row for row in cells(text) if len(row) == len(header)]
    assert len(table) == 5  # the header, three sequences, all together
    for row in table:
        assert row in printed


def test_everything_is_there(write_report):
    """Scores, HOTA, conditions, time lines, moments, lasting errors and paths."""
    text = write_report(DATA, '--gt', DATA, '--sequences', 'MOT17-02-SDP')
    found = titles(text)
    for title in (
        'Scores',
        'HOTA over the IoU threshold',
        'Recall by box height',
        'Recall by visibility',
        'Recall by crowd density',
        'Precision by box height',
        'Precision by visibility',
        'Precision by crowd density',
        'MOT17-02-SDP',
        'People over time',
        'Track lengths',
        'Errors over time',
        'Time lines',
        'The worst moments of eval',
        'False positives that last',
        'Heat map of paths',
    ):
        assert title in found
    assert any('switches from track' in title for title in found)
    for data in CHART.findall(text):
        assert json.loads(data)['data']


def test_two_runs(write_report, tmp_path):
    """Both runs are in every table; frames in which they differ are listed."""
    other = tmp_path / 'halved'
    other.mkdir()
    rows = (DATA / 'TUD-Campus.txt').read_text().splitlines(keepends=True)
    (other / 'TUD-Campus.txt').write_text(''.join(rows[::2]))
    one = ['--sequences', 'TUD-Campus']
    text = write_report(DATA, '--gt', DATA, '--other', other, *one)
    scores = [row for row in cells(text) if row[:1] == ['TUD-Campus']]
    assert [row[1] for row in scores] == ['eval', 'halved']
    difference = next(row for row in cells(text) if row[1:2] == ['difference'])
    recall = cells(text)[0].index('Rcll')
    change = float(scores[1][recall]) - float(scores[0][recall])
    assert float(difference[recall]) == pytest.approx(change, abs=0.11)
    assert change < -10
    assert 'eval and halved compared' in titles(text)
    assert 'Errors frame by frame' in titles(text)
    assert any(': only eval, frame' in title for title in titles(text))
    rows = [row for row in cells(text) if row[:1] == ['frame']]
    assert rows == [
        ['frame']
        + [f'{kind}, {run}' for run in ('eval', 'halved') for kind in
           ('missed', 'false', 'switches')]
    ]  # fmt: skip


def test_without_ground_truth(write_report, walk, images, tmp_path):
    """People over time, track lengths, time lines and paths, with pictures."""
    root = images('street')
    write_mot(tmp_path / 'runs' / 'street.txt', walk[walk.frames != 9])
    text = write_report(tmp_path / 'runs', '--data-root', root)
    found = titles(text)
    for title in ('People over time', 'Track lengths', 'Heat map of paths'):
        assert title in found
    assert 'Track 1 is lost for 1 frame' in found
    assert 'Scores' not in found
    assert text.count('<img ') == 5  # two of each gap, and the map
    people = json.loads(CHART.findall(text)[0])['data'][0]
    assert people['name'] == 'runs'


def test_one_file_and_its_video(write_report, walk, tmp_path):
    """What `fairmot track` writes is reported with the video that was tracked."""
    write_mot(tmp_path / 'clip.txt', walk[walk.frames != 9])
    writer = VideoWriter(tmp_path / 'source.mp4', 10)
    for level in range(12):
        writer.write(np.full((120, 160, 3), 20 * level, np.uint8))
    writer.close()
    text = write_report(tmp_path / 'clip.txt', '--video', tmp_path / 'source.mp4')
    assert '12 frames, 1.2 seconds at 10 frames a second.' in text
    assert text.count('<img ') == 5


def test_results_without_a_box(write_report, tmp_path):
    """An empty result file is reported: everybody is missed."""
    (tmp_path / 'runs').mkdir()
    (tmp_path / 'runs' / 'TUD-Campus.txt').write_text('')
    runs = [tmp_path / 'runs', '--sequences', 'TUD-Campus']
    assert 'runs has no track.' in write_report(*runs, '--gt', DATA)
    assert 'runs has no track.' in write_report(*runs)


def test_other_texts_beside_the_results(write_report, tmp_path):
    """A file that is no result is left out, as `fairmot evaluate` does."""
    shutil.copy(DATA / 'TUD-Campus.txt', tmp_path)
    (tmp_path / 'times.txt').write_text('1 2\nabc\n')
    assert 'TUD-Campus' in write_report(tmp_path, '--gt', DATA, '--missing', 'empty')


def test_moments(write_report):
    """--moments limits the moments of each kind; without moments the page says so."""
    one = [DATA, '--gt', DATA, '--sequences', 'MOT17-02-SDP']
    text = write_report(*one, '--moments', '1')
    assert len([title for title in titles(text) if 'is missed' in title]) == 1
    text = write_report(*one, '--moments', '0')
    assert 'No moments were asked for' in text
    assert not [title for title in titles(text) if 'is missed' in title]
    with pytest.raises(SystemExit, match='2'):
        write_report(*one, '--moments', '-1')


def test_without_errors(write_report, walk, tmp_path):
    """Tracks that equal the ground truth have no moments."""
    for name in ('gt/street/gt/gt.txt', 'runs/street.txt'):
        write_mot(tmp_path / name, walk)
    text = write_report(tmp_path / 'runs', '--gt', tmp_path / 'gt')
    assert 'Nobody is missed, no box is false, and no identity switches.' in text


def test_classes(write_report, walk, tmp_path, capsys):
    """Each class of the results has scores and a part of its own.

    Class 1 is found, and the boxes of class 3 are elsewhere.
    """
    walk = replace(walk, classes=np.where(walk.ids == 1, 1, 3))
    write_mot(tmp_path / 'runs' / 'street.txt', walk)
    moved = walk.tlwh + np.where(walk.ids == 1, 0, 500)[:, None] * [1, 0, 0, 0]
    table = [walk.frames, walk.ids, moved, walk.marks, walk.classes, walk.marks]
    gt = tmp_path / 'gt' / 'street' / 'gt' / 'gt.txt'
    gt.parent.mkdir(parents=True)
    np.savetxt(gt, np.column_stack(table), '%g', delimiter=',')
    text = write_report(tmp_path / 'runs', '--gt', tmp_path / 'gt')
    assert ': 1 sequence, 2 classes, ' in capsys.readouterr().out
    found = titles(text)
    assert 'street, class 1' in found
    assert 'street, class 3' in found
    mota = cells(text)[0].index('MOTA')
    scores = [row[mota] for row in cells(text) if row[0] == 'street']
    assert scores == ['100.0', '-100.0']
    only = write_report(tmp_path / 'runs', '--gt', tmp_path / 'gt', '--class', '3')
    assert [row[mota] for row in cells(only) if row[0] == 'street'] == ['-100.0']
    with pytest.raises(SystemExit, match=r'--class 2: .* have an object'):
        write_report(tmp_path / 'runs', '--class', '2')
    (tmp_path / 'runs' / 'labels.txt').write_text('person\nbicycle\ncar\n')
    found = titles(write_report(tmp_path / 'runs'))
    assert 'street, person' in found
    assert 'street, car' in found
    found = titles(write_report(tmp_path / 'runs', '--class', 'Car'))
    assert 'street, car' in found
    assert 'street, person' not in found
    with pytest.raises(SystemExit, match=r'--class dog: .* names person, bicycle, car'):
        write_report(tmp_path / 'runs', '--class', 'dog')


NAMES = ('person', 'car', 'bicycle')


@pytest.fixture
def street_of_classes(walk, tmp_path):
    """Write a person and a car as ground truth of a form; gives truth and results.

    The car is found in one of two frames only, and the identity of the person is also
    that of a car. A bicycle has no object.
    """

    def write(form):
        boxes = [
            (frame, identity, name, *box)
            for frame, identity, box in zip(
                walk.frames.tolist(), walk.ids.tolist(), walk.tlwh.tolist(), strict=True
            )
            for name in [NAMES[identity - 1]]
        ]
        boxes += [(frame, 1, 'car', 5, 5, 30, 40) for frame in (3, 4, 5)]
        found = [box for box in boxes if box[2] == 'person' or box[0] % 2]
        gt, runs = tmp_path / 'gt', tmp_path / 'runs'
        runs.mkdir()
        if form == 'kitti':
            (gt / 'label_02').mkdir(parents=True)
            for rows, file, score in (
                (boxes, gt / 'label_02' / '0001.txt', ''),
                (found, runs / '0001.txt', ' 0.9'),
            ):
                lines = [
                    f'{frame - 1} {identity} {"car" if name == "car" else "pedestrian"}'
                    f' 0 0 0 {x} {y} {x + w} {y + h} 1 1 1 1 1 1 0{score}\n'
                    for frame, identity, name, x, y, w, h in rows
                ]
                file.write_text(''.join(lines))
            (gt / 'image_02' / '0001').mkdir(parents=True)
            for k in range(12):
                image = np.full((160, 160, 3), 10 * k, np.uint8)
                cv2.imwrite(str(gt / 'image_02' / '0001' / f'{k:06d}.png'), image)
            return gt, runs
        (gt / 'street' / 'gt').mkdir(parents=True)
        for rows, file in (
            (boxes, gt / 'street/gt/gt.txt'),
            (found, runs / 'street.txt'),
        ):
            lines = [
                f'{frame},{identity},{x},{y},{w},{h},1,{NAMES.index(name) + 1},1\n'
                for frame, identity, name, x, y, w, h in rows
            ]
            file.write_text(''.join(lines))
            file.with_name('labels.txt').write_text(''.join(f'{n}\n' for n in NAMES))
        return gt, runs

    return write


@pytest.mark.parametrize('form', ['classes', 'kitti'])
def test_numbers_of_several_classes(
    write_report, load_main, capsys, street_of_classes, form
):
    """Classes and averages have the numbers that `fairmot evaluate results` prints."""
    gt, runs = street_of_classes(form)
    load_main('evaluate')(['results', gt, runs])
    printed = [
        (row[0], row[2:])
        for line in capsys.readouterr().out.splitlines()
        if len(row := line.split()) == 20
    ]
    names = ['person', 'car'] if form == 'classes' else ['pedestrian', 'car']
    text = write_report(runs, '--gt', gt)
    averages, *tables = [table for table in tables_of(text) if 'MOTA' in table[0]]
    shown = dict(printed)
    for row in averages[1:]:
        assert row[1:] == shown[row[0]]
    assert [row[0] for row in averages[1:]] == ['class-average', 'detection-average']
    for name, table in zip([*names, *NAMES[2:]], tables, strict=False):
        assert table[0][1:] == shown['class']
        assert table[-1][1:] == shown[name]
    sequence = 'street' if form == 'classes' else '0001'
    assert f'{sequence}, {names[1]}' in titles(text)
    if form == 'classes':
        assert 'Class bicycle has no object in the ground truth' in text
        assert f'{sequence}, bicycle' not in titles(text)
    else:
        assert 'data:image/jpeg' in text  # the images of KITTI lie elsewhere
    only = write_report(runs, '--gt', gt, '--class', 'car')
    assert f'{sequence}, {names[0]}' not in titles(only)


def test_protocols_that_do_not_fit(main, street_of_classes, tmp_path):
    """One line says what fits, as `fairmot evaluate` does."""
    gt, runs = street_of_classes('classes')
    out = ['--out', tmp_path / 'report.html']
    with pytest.raises(SystemExit, match=r'has several classes, .*--protocol classes'):
        main([runs, '--gt', gt, '--protocol', 'motchallenge', *out])
    with pytest.raises(SystemExit, match=r'--class dog: .*person \(1\), car \(2\)'):
        main([runs, '--gt', gt, '--class', 'dog', *out])
    with pytest.raises(SystemExit, match='no ground truth label_02'):
        main([runs, '--gt', gt, '--protocol', 'kitti', *out])
    assert not (tmp_path / 'report.html').exists()


def test_two_runs_of_several_classes(write_report, street_of_classes, tmp_path):
    """The averages have a row for each run, and one for the difference."""
    gt, runs = street_of_classes('classes')
    shutil.copytree(runs, tmp_path / 'other')
    file = tmp_path / 'other' / 'street.txt'
    lines = file.read_text().splitlines(keepends=True)
    file.write_text(''.join(line for line in lines if line.split(',')[7] == '1'))
    text = write_report(runs, '--gt', gt, '--other', tmp_path / 'other')
    averages = next(table for table in tables_of(text) if 'MOTA' in table[0])
    assert [row[:2] for row in averages[1:4]] == [
        ['class-average', 'runs'],
        ['class-average', 'other'],
        ['', 'difference'],
    ]
    assert '-0.0' not in text


@pytest.fixture
def switching(load_main, noisy, tmp_path):
    """Results of the published tracker on noisy detections."""
    load_main('evaluate')(['detections', noisy, '--out', tmp_path / 'runs'])
    return tmp_path / 'runs'


def test_explained_switches(write_report, switching, noisy, street, monkeypatch):
    """With the detections, a switch has the reason that `explain-switch` gives."""
    setting = ['--cfg-options', 'model.tracker.cost_thrs.embeds=0']
    gt = ['--gt', street / 'mot']
    text = write_report(switching, *gt, '--detections', noisy)
    assert 'What the tracker considered' in text or 'no identity switch' in text
    with pytest.raises(SystemExit, match=r'gives other tracks on .* name the config'):
        write_report(switching, *gt, '--detections', noisy, *setting)


def test_speed(write_report, tmp_path):
    """The times of a benchmark are drawn; other files are refused."""
    steps = {'network': dict(median_ms=113.0, p95_ms=140.0)}
    file = tmp_path / 'cpu.json'
    file.write_text(json.dumps({'variants': {'pytorch': {'steps': steps}}}))
    one = [DATA, '--gt', DATA, '--sequences', 'TUD-Campus', '--step-times', file]
    text = write_report(*one)
    assert 'Speed by step' in titles(text)
    assert 'cpu: pytorch' in titles(text)
    nan = {'network': dict(median_ms=float('nan'), p95_ms=1.0)}
    for wrong in (
        [],
        {'variants': []},
        {'variants': {'a': {}}},
        {'variants': {'a': {'steps': {}}}},
        {'variants': {'a': {'steps': {'network': 3}}}},
        {'variants': {'a': {'steps': nan}}},
    ):
        file.write_text(json.dumps(wrong))
        with pytest.raises(SystemExit, match=r'cpu\.json has no times of pipeline'):
            write_report(*one)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['nope', '--gt', DATA], 'nope does not exist'),
        ([DATA, '--gt', 'nope'], 'nope does not exist'),
        ([DATA, '--gt', DATA, '--other', DATA], 'is the run itself'),
        ([DATA, '--gt', DATA, '--sequences', 'x'], 'no sequence x with gt/gt.txt'),
        ([DATA, '--sequences', 'x'], 'has no result file of x'),
        ([DATA, '--gt', DATA, '--class', '9'], 'no row of class 9'),
        ([DATA / 'summary.json', '--gt', DATA], 'is no result file'),
        ([DATA.parent, '--gt', DATA], 'has no result file'),
        ([DATA, '--gt', DATA, '--video', DATA / 'summary.json'], 'is one video'),
        ([DATA, '--gt', DATA, '--detections', DATA], 'has no MOT17-02-SDP.npz'),
        ([DATA, '--data-root', DATA.parent], 'is not a folder'),
        ([DATA / 'TUD-Campus.txt', '--video', DATA / 'summary.json'], 'summary.json'),
    ],
)
def test_wrong_inputs_are_one_line(main, tmp_path, arguments, message):
    """What is wrong is named, and no file is left behind."""
    out = tmp_path / 'out'
    with pytest.raises(SystemExit) as ended:
        main([*arguments, '--out', out / 'report.html'])
    line = str(ended.value)
    assert line.startswith('error: ')
    assert message in line
    assert '\n' not in line
    assert not out.is_dir() or not any(out.iterdir())


def test_a_frame_number_that_is_none(main, tmp_path):
    """A time stamp in place of a frame is refused, and takes no memory."""
    (tmp_path / 'a.txt').write_text('1,1,0,0,9,9\n999999999,1,0,0,9,9\n')
    with pytest.raises(SystemExit, match='is 999999999 the number of a frame'):
        main([tmp_path / 'a.txt', '--out', tmp_path / 'report.html'])


def test_a_sequence_without_anything(write_report, tmp_path):
    """Neither people nor tracks nor frames are an empty report, and no error."""
    for name in ('gt/street/gt/gt.txt', 'runs/street.txt'):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text('')
    text = write_report(tmp_path / 'runs', '--gt', tmp_path / 'gt')
    assert 'runs has no track.' in text


@pytest.mark.parametrize(
    'options',
    [['--protocol', 'published'], ['--missing', 'empty'], ['--detections', DATA]],
)
def test_options_that_would_do_nothing(main, options, capsys):
    """What needs ground truth is refused without it."""
    with pytest.raises(SystemExit, match='2'):
        main([DATA, *options])
    assert f'{options[0]} needs --gt' in capsys.readouterr().err


def test_files_are_not_replaced(main, tmp_path):
    """A report replaces an earlier one only with --overwrite, and never an input."""
    shutil.copy(DATA / 'TUD-Campus.txt', tmp_path)
    before = (tmp_path / 'TUD-Campus.txt').read_bytes()
    one = [tmp_path / 'TUD-Campus.txt', '--gt', DATA]
    with pytest.raises(SystemExit, match='is the source itself'):
        main([*one, '--out', tmp_path / 'TUD-Campus.txt', '--overwrite'])
    main([*one, '--out', tmp_path / 'a.html'])
    with pytest.raises(SystemExit, match=r'a\.html exists'):
        main([*one, '--out', tmp_path / 'a.html'])
    main([*one, '--out', tmp_path / 'a.html', '--overwrite'])
    assert (tmp_path / 'TUD-Campus.txt').read_bytes() == before


def test_missing_package(main, monkeypatch):
    """Without plotly, one line says what to install."""
    command = 'fairmot_mm.commands.report.find_spec'
    monkeypatch.setattr(command, lambda name: None if name == 'plotly' else name)
    with pytest.raises(SystemExit, match=r'needs plotly.*pip install jinja2 plotly'):
        main([DATA, '--gt', DATA])


def browse(path):
    """The page as a browser has it once its scripts have run."""
    command = [
        BROWSER, '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
        '--virtual-time-budget=20000', '--dump-dom', path.as_uri(),
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return run.stdout


@BROWSER_NEEDED
def test_in_a_browser(main, images, walk, tmp_path):
    """Every chart is drawn, no script fails, and a name that is a tag does nothing.

    Starting a browser takes some seconds.
    """
    root = images(EVIL)
    truth = root / EVIL / 'gt' / 'gt.txt'
    write_mot(truth, walk)
    write_mot(tmp_path / f'a{EVIL}' / f'{EVIL}.txt', walk[walk.frames != 9])
    write_mot(tmp_path / f'b{EVIL}' / f'{EVIL}.txt', walk[walk.frames < 9])
    speed = tmp_path / 'speed.json'
    steps = {f'{EVIL}</script>{EVIL}': dict(median_ms=1.0, p95_ms=2.0)}
    speed.write_text(json.dumps({'variants': {f'</script>{EVIL}': {'steps': steps}}}))
    out = tmp_path / 'report.html'
    runs = [tmp_path / f'a{EVIL}', '--other', tmp_path / f'b{EVIL}']
    main([*runs, '--gt', root, '--out', out, '--step-times', speed])
    text = out.read_text()
    page = browse(out)
    assert 'data-failure' not in page.split('<head>')[0]
    charts, waiting = (len(CHART.findall(each)) for each in (text, page))
    assert charts > 15
    assert waiting == 1  # the chart of the second run's tracks is folded
    assert page.count('class="main-svg"') >= charts - waiting


@BROWSER_NEEDED
def test_a_script_that_fails_is_seen(tmp_path):
    """A damaged chart leaves a message in the page: the test above can fail."""
    figure = make_figure(200, 'frame')
    path = tmp_path / 'page.html'
    write_page(path, 'A', [], [Section('B', [Chart(figure, 'C')])])
    path.write_text(path.read_text().replace('{"data":', '{"data":,'))
    page = browse(path)
    assert 'data-failure="' in page.split('<head>')[0]
    assert 'A part of this page cannot be shown: ' in page


@pytest.mark.slow
def test_size_of_a_thousand_frames(write_report, tmp_path):
    """The report of a long sequence with many errors has less than 10 MB.

    The images are noise, which compresses worst.
    """
    folder = tmp_path / 'gt' / 'street' / 'img1'
    folder.mkdir(parents=True)
    noise = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), np.uint8)
    cv2.imwrite(str(folder / '0001.jpg'), noise)
    for number in range(2, 1001):
        (folder / f'{number:04d}.jpg').hardlink_to(folder / '0001.jpg')
    frames, people = (each.ravel() for each in np.mgrid[1:1001, 1:13])
    tlwh = np.stack([90 * people, frames / 2, 0 * frames + 40, 0 * frames + 100], 1)
    tlwh = tlwh.astype(float)
    truth = MOTRows.of_pedestrians(frames, people, tlwh)
    write_mot(tmp_path / 'gt' / 'street' / 'gt' / 'gt.txt', truth)
    for run, period in (('a', 40), ('b', 70)):
        ids = people + 12 * (frames // period)
        away = np.where(frames % 31 < 10, 60, 0)[:, None] * [1, 0, 0, 0]
        rows = MOTRows.of_pedestrians(frames, ids, tlwh + away)
        write_mot(tmp_path / run / 'street.txt', rows)
    runs = [tmp_path / 'a', '--other', tmp_path / 'b']
    text = write_report(*runs, '--gt', tmp_path / 'gt')
    assert text.count('<img ') > 60
    assert len(text) < 10_000_000
