import pytest

from fairmot_mm.evaluation import Switch
from fairmot_mm.report.moments import errors_by_frame
from fairmot_mm.report.worst_moments import (
    Explanation,
    choose_switches,
    longest_losses,
    worst_frames,
    worst_switches,
)

SWITCH = Switch(6, 5, 1, 2, 3)


def test_a_switch_in_words(eventful):
    """Both tracks, the gap between them, and what became of them."""
    (moment,) = worst_switches(eventful, {}, limit=3)
    assert moment.title == 'Frame 6: person 5 switches from track 1 to 2'
    assert moment.text == (
        'Person 5 was track 1 until frame 3 and is track 2 from frame 6. No track had '
        'the person in frames 4 to 5. Track 1 ends in frame 3. Track 2 begins in frame '
        '6.'
    )
    assert [snapshot.frame for snapshot, _ in moment.snapshots] == [3, 6]
    assert [len(snapshot.marks) for snapshot, _ in moment.snapshots] == [1, 1]


def test_an_explained_switch(eventful):
    """The reason follows the description; all that was considered is in the details."""
    explanations = {SWITCH: Explanation('Too far.', 'table')}
    (moment,) = worst_switches(eventful, explanations, limit=3)
    assert moment.text.endswith('Too far.')
    assert moment.details == 'table'


@pytest.mark.parametrize(
    ('others', 'sentences'),
    [
        ([(6, 1, 200)], ['Track 1 is at a place without a person in frame 6.']),
        ([(6, 1, 100)], ['Track 1 has person 6 in frame 6.']),
        ([(1, 2, 100)], ['Track 2 had person 6 in frame 1.']),
        ([(5, 2, 200)], ['Track 2 followed nobody in frame 5.']),
        ([(7, 1, 0)], ['Track 1 has the person again in frame 7.']),
    ],
)
def test_where_tracks_come_from_and_go_to(make_outcomes, others, sentences):
    """What the old track does later and the new one did before is said."""
    gt = [(t, 5, 0) for t in range(1, 8)] + [(t, 6, 100) for t in range(1, 8)]
    results = [(t, 1, 0) for t in range(1, 4)] + [(6, 2, 0), *others]
    moment = worst_switches(make_outcomes(gt, results), {}, limit=1)[0]
    for sentence in sentences:
        assert sentence in moment.text


def test_the_worst_switch_comes_first(make_outcomes):
    """A switch after which the new track stays for long is worse than a short one."""
    gt = [(t, person, 100 * person) for t in range(1, 21) for person in (1, 2)]
    results = [(t, 1 if t < 20 else 3, 100) for t in range(1, 21)]
    results += [(t, 2 if t < 11 else 4, 200) for t in range(1, 21)]
    outcomes = make_outcomes(gt, results)
    assert [each.person for each in choose_switches(outcomes, 5)] == [2, 1]
    assert [each.person for each in choose_switches(outcomes, 1)] == [2]


def test_losses(eventful):
    """Each person appears once, with the longest time without a track."""
    first, second = longest_losses(eventful, limit=5)
    assert first.title == 'Frames 1 to 5: person 6 is missed'
    assert 'No track has the person for 5 frames' in first.text
    assert 'The person is found in 1 of 6 frames.' in first.text
    assert second.title == 'Frames 4 to 5: person 5 is missed'
    assert len(longest_losses(eventful, limit=1)) == 1


def test_errors_of_each_frame(eventful):
    """Misses, false positives and switches are in their frames."""
    errors = errors_by_frame(eventful)
    assert errors['missed'].tolist() == [1, 1, 1, 2, 2, 0, 0, 0]
    assert errors['false'].tolist() == [0, 0, 1, 0, 1, 0, 0, 0]
    assert errors['switches'].tolist() == [0, 0, 0, 0, 0, 1, 0, 0]


def test_worst_frame(eventful):
    """The frame with most errors says how many of which kind it has."""
    (moment,) = worst_frames(eventful, limit=5)
    assert moment.title == 'Frame 5: 3 errors'
    assert moment.text == '2 of 2 people are missed (white), 1 box is false (red).'


def test_nothing_happened(make_outcomes):
    """Without an error there is no moment."""
    rows = [(t, 1, 0) for t in range(1, 5)]
    outcomes = make_outcomes(rows, rows)
    assert worst_switches(outcomes, {}, 5) == []
    assert longest_losses(outcomes, 5) == worst_frames(outcomes, 5) == []
