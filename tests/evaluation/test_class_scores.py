"""Scores of several classes against TrackEval's own evaluators."""

import json

import numpy as np
import pytest
import trackeval

from fairmot_mm.evaluation import (
    CLASS_AVERAGE,
    DETECTION_AVERAGE,
    OVERALL,
    evaluate_classes,
    read_class_results,
    read_class_truths,
)

KITTI = ('Car', 'Van', 'Pedestrian', 'Person', 'Cyclist', 'Truck')
BDD = ('pedestrian', 'rider', 'car', 'bus', 'truck', 'bicycle')
NAMES = {
    'HOTA': {name: name for name in ('HOTA', 'DetA', 'AssA', 'AssRe', 'DetPr')},
    'CLEAR': {
        'MOTA': 'MOTA',
        'CLR_Re': 'Rcll',
        'CLR_Pr': 'Prcn',
        'CLR_FP': 'FP',
        'CLR_FN': 'FN',
        'IDSW': 'IDSW',
        'Frag': 'FM',
        'MT': 'MT',
        'ML': 'ML',
    },
    'Identity': {name: name for name in ('IDF1', 'IDP', 'IDR')},
}


def make_tracks(rng, names, num_tracks=14, num_frames=20, regions=3):
    """Rows (frame, id, name, x, y, w, h) of ground truth, results and regions."""
    truth, found, areas = [], [], []
    for identity in range(num_tracks):
        name = names[identity % len(names)]
        box = rng.uniform([0, 0, 15, 15], [500, 200, 80, 70])
        for frame in range(int(rng.integers(5)), num_frames - int(rng.integers(5))):
            box[:2] += rng.normal(0, 4, 2)
            truth.append((frame, identity, name, *box))
            if rng.random() < 0.85:
                near = box + rng.normal(0, 3, 4)
                switched = identity + 100 * (frame > 12 and identity % 3 == 0)
                said = name if rng.random() < 0.9 else names[0]
                found.append((frame, switched, said, *np.abs(near)))
    for extra in range(60):
        frame = int(rng.integers(num_frames))
        box = rng.uniform([0, 0, 15, 15], [500, 200, 80, 70])
        found.append((frame, 1000 + extra, names[extra % len(names)], *box))
    for frame in range(num_frames):
        areas += [
            (frame, *rng.uniform([0, 0, 60, 60], [500, 200, 200, 150]))
            for _ in range(regions)
        ]
    return truth, found, areas


def write_kitti(root, rng):
    (root / 'gt/label_02').mkdir(parents=True)
    (root / 'trackers/ours/data').mkdir(parents=True)
    seqmap = ''
    for sequence in ('0000', '0003'):
        truth, found, areas = make_tracks(rng, KITTI)
        lines = [
            f'{frame} {identity} {name} {rng.integers(3) // 2} {rng.integers(4)} 0 '
            f'{x:.3f} {y:.3f} {x + w:.3f} {y + h:.3f} 1 1 1 1 1 1 0\n'
            for frame, identity, name, x, y, w, h in truth
        ]
        lines += [
            f'{frame} -1 DontCare -1 -1 -10 {x:.3f} {y:.3f} {x + w:.3f} {y + h:.3f} '
            '-1 -1 -1 -1 -1 -1 -1\n'
            for frame, x, y, w, h in areas
        ]
        (root / f'gt/label_02/{sequence}.txt').write_text(''.join(lines))
        lines = [
            f'{frame} {identity} {name} 0 0 0 {x:.3f} {y:.3f} {x + w:.3f} {y + h:.3f} '
            f'1 1 1 1 1 1 0 {rng.random():.3f}\n'
            for frame, identity, name, x, y, w, h in found
        ]
        (root / f'trackers/ours/data/{sequence}.txt').write_text(''.join(lines))
        seqmap += f'{sequence} empty 000000 000020\n'
    (root / 'gt/evaluate_tracking.seqmap.training').write_text(seqmap)
    return 'kitti'


def write_bdd(root, rng):
    (root / 'gt').mkdir(parents=True)
    (root / 'trackers/ours/data').mkdir(parents=True)

    def label(identity, name, x, y, w, h, **more):
        box = dict(x1=x, y1=y, x2=x + w, y2=y + h)
        return dict(id=str(identity), category=name, box2d=box, **more)

    for video in ('a-1', 'b-2'):
        truth, found, areas = make_tracks(rng, BDD)
        for folder, rows in (('gt', truth), ('trackers/ours/data', found)):
            frames = [
                dict(index=k, frameIndex=k, name=f'{video}-{k}.jpg', labels=[])
                for k in range(20)
            ]
            for frame, *row in rows:
                frames[frame]['labels'].append(label(*row))
            if folder == 'gt':
                for number, (frame, *box) in enumerate(areas):
                    crowd = bool(number % 2)
                    name = 'car' if crowd else 'trailer'
                    frames[frame]['labels'].append(
                        label(5000 + number, name, *box, attributes=dict(Crowd=crowd))
                    )
            (root / folder / f'{video}.json').write_text(json.dumps(frames))
    return 'bdd100k'


def theirs(root, form):
    """Scores of TrackEval's evaluator, by class and metric."""
    quiet = dict(PRINT_CONFIG=False)
    settings = dict(
        quiet,
        GT_FOLDER=str(root / 'gt'),
        TRACKERS_FOLDER=str(root / 'trackers'),
        OUTPUT_FOLDER=str(root / 'out'),
    )
    kind = {'kitti': 'Kitti2DBox', 'bdd100k': 'BDD100K'}[form]
    if form == 'kitti':
        settings['SPLIT_TO_EVAL'] = 'training'
    dataset = getattr(trackeval.datasets, kind)(settings)
    dataset.should_classes_combine = True
    evaluator = trackeval.Evaluator(
        dict(
            quiet,
            PRINT_RESULTS=False,
            OUTPUT_SUMMARY=False,
            OUTPUT_DETAILED=False,
            PLOT_CURVES=False,
            TIME_PROGRESS=False,
            BREAK_ON_ERROR=True,
        )
    )
    metrics = [
        trackeval.metrics.HOTA(),
        trackeval.metrics.CLEAR(quiet),
        trackeval.metrics.Identity(quiet),
    ]
    results, _ = evaluator.evaluate([dataset], metrics)
    return results[kind]['ours']


@pytest.mark.parametrize('write', [write_kitti, write_bdd])
@pytest.mark.parametrize('seed', [0, 1])
def test_equal_to_trackeval(tmp_path, write, seed):
    """Each score of each class and sequence, and all averages, to 1e-6."""
    form = write(tmp_path, np.random.default_rng(seed))
    truths = read_class_truths(tmp_path / 'gt', form)
    sequences = read_class_results(tmp_path / 'trackers/ours/data', truths, tmp_path)
    ours = evaluate_classes(
        sequences,
        truths.classes,
        min_height=truths.rules.min_height,
        groups=truths.rules.groups,
        count_empty=True,
    )
    expected = theirs(tmp_path, form)
    titles = {
        CLASS_AVERAGE: 'cls_comb_cls_av',
        DETECTION_AVERAGE: 'cls_comb_det_av',
    }
    compared = 0
    for title, by_sequence in ours.items():
        for sequence, scores in by_sequence.items():
            name = 'COMBINED_SEQ' if sequence == OVERALL else sequence
            for metric, names in NAMES.items():
                values = expected[name][titles.get(title, title)][metric]
                for key, own in names.items():
                    value = float(np.mean(values[key]))
                    assert scores[own] == pytest.approx(value, abs=1e-6), (title, own)
                    compared += 1
    assert compared > 100
    assert 0.2 < ours[DETECTION_AVERAGE][OVERALL]['HOTA'] < 0.95
