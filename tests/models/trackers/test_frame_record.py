import numpy as np

from fairmot_mm.models.trackers import JDETracker


def run(tracker, scene, make_sample, seed=3):
    return [
        tracker.track(make_sample(boxes, embeds, frame, labels=labels))
        for frame, (boxes, embeds, labels) in enumerate(scene(seed, num_frames=60))
    ]


def test_an_observer_changes_nothing(scene, make_sample):
    """The same tracks with and without; none is recorded for nobody."""
    plain, watched = JDETracker(), JDETracker()
    records = []
    watched.observer = records.append
    for mine, other in zip(
        run(plain, scene, make_sample), run(watched, scene, make_sample), strict=True
    ):
        for key in ('bboxes', 'scores', 'labels', 'instances_id'):
            np.testing.assert_array_equal(mine[key], other[key])
    assert [record.frame for record in records] == list(range(1, 61))


def test_what_is_recorded_is_what_happened(scene, make_sample):
    """Matches are pairs within the limit of a stage; identities are those of tracks."""
    tracker = JDETracker()
    records = []
    tracker.observer = records.append
    results = run(tracker, scene, make_sample)
    num_pairs = 0
    for record, result in zip(records, results, strict=True):
        rows = np.flatnonzero(record.match >= 0)
        for row in rows:
            last = [stage for stage in record.stages if row in stage.rows][-1]
            assert last.cost(row, record.match[row]) <= last.cost_thr
        cols = record.match[rows]
        np.testing.assert_array_equal(record.ids[cols], record.tracks.ids[rows])
        assert set(result.instances_id.tolist()) <= set(record.ids.tolist())
        assert not record.begun[cols].any()
        assert record.begun.sum() + len(rows) == (record.ids > 0).sum()
        num_pairs += len(rows)
    assert num_pairs > 200
    assert {stage.name for record in records for stage in record.stages} == {
        'embeds',
        'iou',
        'unconfirmed',
    }


def test_frames_are_counted_by_the_tracker(make_sample):
    """Numbers that jump: the record knows the frame and how the tracker counts."""
    tracker = JDETracker()
    records = []
    tracker.observer = records.append
    for frame in (0, 5):
        tracker.track(make_sample([[0, 0, 20, 50, 0.9]], [[1.0, 0.0]], frame))
    assert [(record.frame, record.count) for record in records] == [(1, 1), (6, 2)]
    assert records[1].stages[0].cost(0, 0) < 0.1
    assert records[1].stages[0].cost(0, 7) is None
