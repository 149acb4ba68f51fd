"""Two classes from labels to tracks."""

import cv2
import numpy as np
import pytest

from fairmot_mm.apis import TrackInferencer, init_model
from fairmot_mm.utils.errors import NameTakenError

NUM_FRAMES, SIZE = 16, (192, 128)
# Class, identity within the class, size, colour (BGR), place in the first frame and
# speed in pixels a frame. The two classes share an identity number.
THINGS = [
    (0, 1, (20, 48), (60, 60, 230), (20, 10), (3, 0)),
    (0, 2, (20, 48), (60, 200, 230), (150, 60), (-3, 0)),
    (1, 1, (56, 24), (220, 80, 40), (20, 90), (4, 0)),
]
EXTRA = """
metainfo = dict(classes=('person', 'car'))
model['detector']['bbox_head'].update(num_classes=2)
model['detector']['reid_head'].update(joint_classes=False)
model['tracker'] = dict(obj_score_thr=0.3, max_aspect_ratio=10)
still = train_pipeline[:2] + train_pipeline[3:4] + train_pipeline[-1:]
train_dataloader['batch_size'] = 4
train_dataloader['dataset'].update(metainfo=metainfo, pipeline=still)
val_dataloader['dataset'].update(metainfo=metainfo)
val_evaluator = dict(_delete_=True, type='ClassMOTMetric')
train_cfg = dict(max_epochs=12, val_interval=12)
optim_wrapper = dict(optimizer=dict(lr=3e-3))
param_scheduler = None
default_hooks = dict(checkpoint=dict(interval=12), logger=dict(interval=1))
"""


def boxes_of(frame):
    """(3, 4) left, top, width, height."""
    return np.array(
        [(x + vx * frame, y + vy * frame, w, h)
         for _, _, (w, h), _, (x, y), (vx, vy) in THINGS]
    )  # fmt: skip


def draw(frame):
    image = np.full((SIZE[1], SIZE[0], 3), 110, np.uint8)
    image += np.random.default_rng(frame).integers(0, 12, image.shape).astype(np.uint8)
    for (*_, color, _, _), (x, y, w, h) in zip(THINGS, boxes_of(frame), strict=True):
        cv2.rectangle(image, (x, y), (x + w, y + h), color, cv2.FILLED)
    return image


@pytest.fixture(scope='module')
def traffic(tmp_path_factory):
    """Labels to train on, and the same frames as a sequence with ground truth."""
    root = tmp_path_factory.mktemp('traffic')
    images, labels = (root / 'jde' / name for name in ('images', 'labels_with_ids'))
    frames = root / 'mot' / 'b' / 'img1'
    for folder in (images, labels, frames, frames.parent / 'gt'):
        folder.mkdir(parents=True)
    lines = []
    for frame in range(NUM_FRAMES):
        boxes = boxes_of(frame)
        for path in (images / f'{frame:06d}.png', frames / f'{frame + 1:06d}.png'):
            cv2.imwrite(str(path), draw(frame))
        centers = (boxes[:, :2] + boxes[:, 2:] / 2) / SIZE
        rows = np.hstack(
            [[thing[:2] for thing in THINGS], centers, boxes[:, 2:] / SIZE]
        )
        np.savetxt(labels / f'{frame:06d}.txt', rows, '%g')
        lines += [
            f'{frame + 1},{number},{x},{y},{w},{h},1,{thing[0] + 1},1'
            for number, (thing, (x, y, w, h)) in enumerate(
                zip(THINGS, boxes, strict=True), 1
            )
        ]
    (frames.parent / 'gt' / 'labels.txt').write_text('person\ncar\n')
    (frames.parent / 'gt' / 'gt.txt').write_text('\n'.join(lines))
    names = [f'images/{frame:06d}.png' for frame in range(NUM_FRAMES)]
    (root / 'jde' / 'street.train').write_text('\n'.join(names))
    return root


@pytest.fixture(scope='module')
def two_classes(run_tool, make_config, traffic, tmp_path_factory):
    """Config and work dir of a short training."""
    config = make_config(EXTRA, data=traffic)
    work_dir = tmp_path_factory.mktemp('two-classes')
    run_tool('train', config, '--work-dir', work_dir)
    return config, work_dir


def test_losses_of_each_class(two_classes, read_scalars):
    """Both classes are counted, classified, and learned."""
    scalars = read_scalars(two_classes[1])
    first, last = scalars['train', 1], scalars['train', 48]
    assert {'id_0', 'id_1', 'heatmap'} <= set(first)
    assert last['heatmap'] < first['heatmap'] / 3
    assert all(np.isfinite(value) for value in last.values())
    weights = init_model(two_classes[0], two_classes[1] / 'epoch_12.pth')
    assert weights.detector.reid_head.num_ids == 3 + 2  # ids 0 to 2 and 0 to 1
    assert weights.dataset_meta['classes'] == ('person', 'car')


def test_tracks_of_each_class(two_classes, traffic, tmp_path):
    """Each thing is one track of its class, in the results and in the text."""
    config, work_dir = two_classes
    inferencer = TrackInferencer(config, work_dir / 'epoch_12.pth')
    samples = list(inferencer(traffic / 'mot' / 'b' / 'img1', out_dir=tmp_path))
    found = samples[-1].pred_instances
    assert len(found.embeds) == len(found.labels) == len(found.bboxes)
    tracks = [
        pair
        for sample in samples
        for pair in zip(
            sample.pred_track_instances.labels.tolist(),
            sample.pred_track_instances.instances_id.tolist(),
            strict=True,
        )
    ]
    classes = {identity: label for label, identity in tracks}
    assert set(tracks) == {(label, i) for i, label in classes.items()}
    assert sorted(classes.values()) == [0, 0, 1]
    assert len(tracks) >= 0.8 * 3 * NUM_FRAMES
    text = np.loadtxt(tmp_path / 'b.txt', delimiter=',')
    assert {(int(row[7]) - 1, int(row[1])) for row in text} == set(tracks)


def test_validation_scores_each_class(two_classes, read_scalars):
    """The scores of each class and of their average are logged and watched."""
    scores = read_scalars(two_classes[1])['val', 12]
    of_classes = [scores[f'mot/MOTA/{name}'] for name in ('person', 'car')]
    assert scores['mot/MOTA'] == pytest.approx(np.mean(of_classes))
    assert min(of_classes) > 0.3
    assert list(two_classes[1].glob('best_mot_MOTA_*.pth'))


def test_track_counts_each_class(two_classes, traffic, tmp_path, run_tool, capsys):
    """The end of a run says how many identities of each class there were."""
    config, work_dir = two_classes
    weights, source = work_dir / 'epoch_12.pth', traffic / 'mot' / 'b' / 'img1'
    run_tool('track', '--no-video', '--out', tmp_path, config, weights, source)
    assert 'b: 2 person, 1 car' in capsys.readouterr().out
    assert (tmp_path / 'labels.txt').read_text() == 'person\ncar\n'


def test_results_of_other_classes_in_the_folder(two_classes, traffic, tmp_path):
    """Files of one folder have one numbering of classes."""
    config, work_dir = two_classes
    (tmp_path / 'labels.txt').write_text('car\nperson\n')
    inferencer = TrackInferencer(config, work_dir / 'epoch_12.pth')
    source = traffic / 'mot' / 'b' / 'img1'
    with pytest.raises(NameTakenError, match=r'labels.txt names the classes of other'):
        inferencer(source, out_dir=tmp_path)
    run = inferencer(source, out_dir=tmp_path, existing='overwrite')
    assert (tmp_path / 'labels.txt').read_text() == 'person\ncar\n'
    run.close()
