"""Tracks are drawn with boxes, labels and trails, and reach the back-ends."""

import cv2
import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData, PixelData

from fairmot_mm.registry import VISUALIZERS
from fairmot_mm.visualization.drawing import class_colors
from fairmot_mm.visualization.track_visualizer import TrackVisualizer, identity_colors


def tracks(boxes, ids, scores=None):
    return InstanceData(
        bboxes=torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        instances_id=torch.tensor(ids, dtype=torch.long),
        scores=torch.tensor(scores or [1.0] * len(ids)),
    )


@pytest.fixture
def grey():
    return np.full((200, 300, 3), 100, np.uint8)


def test_colors_are_stable_and_tell_apart():
    """90 consecutive identities have 90 colours, and neighbours differ clearly."""
    colors = identity_colors(np.arange(1, 91))
    assert len(np.unique(colors, axis=0)) == 90
    np.testing.assert_array_equal(identity_colors(np.array([7]))[0], colors[6])
    neighbours = np.abs(np.diff(colors.astype(int), axis=0)).max(1)
    assert neighbours.min() > 60


def test_box_is_drawn_in_the_color_of_its_identity(grey):
    """The edge of the box has the colour; its inside and the input do not change."""
    drawn = TrackVisualizer().draw(grey, tracks([[50, 60, 120, 160]], [5]))
    color = identity_colors(np.array([5]))[0]
    np.testing.assert_array_equal(drawn[110, 50], color)
    np.testing.assert_array_equal(drawn[160, 90], color)
    np.testing.assert_array_equal(drawn[100, 90], [100, 100, 100])
    assert (grey == 100).all()


def test_several_classes_are_named(grey):
    """The label has the name of the class if there are several classes."""
    shown = tracks([[50, 60, 120, 160]], [5])
    shown.labels = torch.tensor([1])
    plates = []
    for classes in (('person',), ('person', 'vehicle')):
        visualizer = TrackVisualizer()
        visualizer.dataset_meta = {'classes': classes}
        drawn = visualizer.draw(grey, shown)
        plates.append((drawn[:60] == identity_colors(np.array([5]))[0]).all(2).sum())
    assert plates[1] > 3 * plates[0]


def test_several_classes_have_a_color_each(grey):
    """Boxes have the colour of their class, and plates that of their identity."""
    visualizer = TrackVisualizer()
    visualizer.dataset_meta = {'classes': ('person', 'vehicle')}
    shown = tracks(
        [[20, 60, 60, 160], [100, 60, 140, 160], [200, 60, 240, 160]], [5, 6, 7]
    )
    shown.labels = torch.tensor([1, 0, 1])
    drawn = visualizer.draw(grey, shown)
    edges = [drawn[110, x].tolist() for x in (20, 100, 200)]
    assert edges == class_colors(np.array([1, 0, 1])).tolist()
    for identity in (5, 6, 7):
        color = identity_colors(np.array([identity]))[0]
        assert (drawn[:60] == color).all(2).sum() > 50


def test_counts_of_each_class():
    """The header counts people or, of several classes, those that are shown."""
    visualizer = TrackVisualizer()
    shown = tracks([[20, 60, 60, 160], [100, 60, 140, 160]], [5, 6])
    shown.labels = torch.tensor([2, 2])
    assert visualizer.count_header(shown) == 'people 2'
    visualizer.dataset_meta = {'classes': ('person', 'bus', 'car')}
    assert visualizer.count_header(shown) == 'car 2'
    shown.labels = torch.tensor([2, 0])
    assert visualizer.count_header(shown) == 'person 1  car 1'


@pytest.mark.parametrize('corner', [(50, 60), (-5, -5), (290, 195), (5, 0)])
def test_label_stays_inside_the_frame(grey, corner):
    """The whole label is visible for every position of the box."""
    x, y = corner
    drawn = TrackVisualizer().draw(grey, tracks([[x, y, x + 40, y + 90]], [88]))
    plate = (drawn == identity_colors(np.array([88]))[0]).all(2)
    widest = plate.sum(1).max()
    assert plate.any(1).sum() >= 10
    assert widest >= 15


def test_no_tracks_and_far_boxes(grey):
    """A frame without tracks does not change; boxes far outside are accepted."""
    visualizer = TrackVisualizer(trail_length=5)
    np.testing.assert_array_equal(visualizer.draw(grey, tracks([], [])), grey)
    far = tracks([[-1e12, -1e12, -1e11, -1e11], [10, 10, 1e12, 1e12]], [1, 2])
    assert visualizer.draw(grey, far).shape == grey.shape


def test_unknown_identity_has_no_label(grey):
    """Identity -1 has a box and no label."""
    known = TrackVisualizer().draw(grey, tracks([[50, 60, 120, 160]], [3]))
    unknown = TrackVisualizer().draw(grey, tracks([[50, 60, 120, 160]], [-1]))
    assert (known[40:58] != 100).any()
    assert (unknown[40:58] == 100).all()


def test_header(grey):
    """The header covers the upper left corner with white letters on black."""
    drawn = TrackVisualizer().draw(grey, tracks([], []), 'frame 7  people 0')
    assert (drawn[0, 0] == 0).all()
    assert drawn[:20, :200].max() > 200
    np.testing.assert_array_equal(drawn[40:], grey[40:])


def test_trail_follows_the_feet_and_is_forgotten(grey):
    """A trail joins the feet of the last frames; its length and reset() limit it."""
    visualizer = TrackVisualizer(trail_length=3)
    boxes = [[[x, 20, x + 20, 100]] for x in (20, 80, 140, 200)]
    drawn = [visualizer.draw(grey, tracks(box, [1])) for box in boxes]
    color = identity_colors(np.array([1]))[0]
    # A smoothed line between the feet of two frames.
    np.testing.assert_allclose(drawn[1][100, 60], color, atol=20)
    np.testing.assert_array_equal(drawn[3][100, 60], [100] * 3)  # older than 3 frames
    visualizer.reset()
    fresh = visualizer.draw(grey, tracks([[140, 20, 160, 100]], [1]))
    np.testing.assert_array_equal(fresh[100, 120], [100] * 3)


def test_trail_memory_is_bounded(grey):
    """After a thousand identities only the last frames are kept."""
    visualizer = TrackVisualizer(trail_length=10)
    for identity in range(1000):
        visualizer.draw(grey[:20, :20], tracks([[1, 1, 9, 9]], [identity]))
    assert len(visualizer._history) == 10


def test_letters_and_lines_grow_with_the_frame():
    """A box on a 4K frame has a wider line than on a small one."""
    widths = []
    for scale in (1, 16):
        image = np.zeros((120 * scale, 240 * scale, 3), np.uint8)
        box = [50 * scale, 60 * scale, 90 * scale, 110 * scale]
        drawn = TrackVisualizer().draw(image, tracks([box], [-1]))
        widths.append((drawn[85 * scale, : 70 * scale] > 0).any(1).sum())
    assert widths[0] == 1
    assert widths[1] >= 5


def test_add_datasample_reaches_the_backend(grey, tmp_path):
    """Built from a config, it stores the RGB image without tracks of low score."""
    visualizer = VISUALIZERS.build(
        dict(
            type='TrackVisualizer',
            name='test_add_datasample',
            vis_backends=[dict(type='LocalVisBackend')],
            save_dir=str(tmp_path),
        )
    )
    sample = DetDataSample()
    sample.pred_track_instances = tracks(
        [[50, 60, 120, 160], [200, 60, 250, 160]], [5, 6], [0.9, 0.1]
    )
    visualizer.add_datasample('street', grey, sample, step=3, pred_score_thr=0.5)
    stored = cv2.imread(str(next(tmp_path.rglob('street_3.png'))))
    expected = TrackVisualizer().draw(grey, sample.pred_track_instances[:1])
    np.testing.assert_array_equal(stored, expected)


def test_add_datasample_sets_ground_truth_beside_tracks(grey, tmp_path):
    """Both are drawn side by side, with ground truth on the left."""
    sample = DetDataSample()
    sample.pred_track_instances = tracks([[50, 60, 120, 160]], [5])
    sample.gt_instances = InstanceData(
        bboxes=torch.tensor([[20.0, 60.0, 60.0, 160.0]]),
        instances_ids=torch.tensor([9]),
    )
    path = tmp_path / 'new' / 'both.png'
    TrackVisualizer().add_datasample('both', grey, sample, out_file=path)
    drawn = cv2.imread(str(path))
    assert drawn.shape == (200, 600, 3)
    np.testing.assert_array_equal(drawn[110, 20], identity_colors(np.array([9]))[0])
    np.testing.assert_array_equal(drawn[110, 350], identity_colors(np.array([5]))[0])


def test_ignore_regions_are_hatched(grey):
    """Inside the region, on the picture of the boxes and on the target heatmap."""
    sample = DetDataSample()
    sample.gt_instances = InstanceData(
        bboxes=torch.zeros(0, 4), instances_ids=torch.zeros(0, dtype=torch.long)
    )
    sample.ignored_instances = InstanceData(bboxes=torch.tensor([[50.0, 60, 120, 160]]))
    sample.gt_heatmap = PixelData(data=torch.zeros(1, 50, 75))
    drawn = TrackVisualizer().draw_sample(grey, sample)
    assert drawn.shape == (200, 600, 3)
    for panel, level in ((drawn[:, :300], 100), (drawn[:, 300:], 50)):
        changed = (panel != level).any(axis=2)
        assert changed[60:160, 50:120].all()
        assert changed.sum() == 100 * 70
        assert len(np.unique(panel[60:160, 50:120])) == 2  # grey and lines
