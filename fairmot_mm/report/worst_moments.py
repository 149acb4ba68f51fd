"""The worst moments of a run: switches, lost people, frames with many errors."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fairmot_mm.evaluation import NOBODY, BoxOutcomes, Switch
from fairmot_mm.evaluation.track_runs import TrackRuns
from fairmot_mm.report.moments import (
    FALSE_BGR,
    TRUTH_BGR,
    Moment,
    box_in,
    errors_by_frame,
    mark_of,
    spell_frames,
    track_mark,
)
from fairmot_mm.report.snapshots import Snapshot, surround
from fairmot_mm.utils.counted import counted


@dataclass(frozen=True)
class Explanation:
    """Why an identity switched.

    Attributes:
        text: The reason in one sentence.
        details: All that the tracker considered.
    """

    text: str
    details: str


def worst_switches(
    outcomes: BoxOutcomes, explanations: Mapping[Switch, Explanation], limit: int
) -> list[Moment]:
    """Show the switches that cost most.

    Args:
        outcomes: The boxes of a sequence.
        explanations: Why the identity switched, for the switches where it is known.
        limit: Most moments.

    Returns:
        The moments, the worst first.
    """
    return [
        _switch_moment(outcomes, switch, explanations.get(switch))
        for switch in choose_switches(outcomes, limit)
    ]


def choose_switches(outcomes: BoxOutcomes, limit: int) -> list[Switch]:
    """Find the switches that cost most: both identities have the person for long.

    Args:
        outcomes: The boxes of a sequence.
        limit: Most switches.

    Returns:
        The switches, the worst first.
    """
    return sorted(outcomes.switches, key=lambda each: -_weight(outcomes, each))[:limit]


def longest_losses(outcomes: BoxOutcomes, limit: int) -> list[Moment]:
    """Find the people who are missed for the longest time.

    Args:
        outcomes: The boxes of a sequence.
        limit: Most moments.

    Returns:
        The moments, the longest first; one for each person.
    """
    runs = outcomes.people_runs
    lost = runs.select(runs.values == NOBODY)
    order = np.argsort(-lost.lengths, kind='stable')
    first = np.unique(lost.owners[order], return_index=True)[1]
    chosen = lost.select(order[np.sort(first)][:limit])
    return [
        _loss_moment(outcomes, chosen, place) for place in range(len(chosen.owners))
    ]


def worst_frames(outcomes: BoxOutcomes, limit: int) -> list[Moment]:
    """Find the frames with most errors, at some distance from each other.

    Args:
        outcomes: The boxes of a sequence.
        limit: Most moments.

    Returns:
        The moments, the worst first.
    """
    errors = errors_by_frame(outcomes)
    total = np.sum([*errors.values()], axis=0)
    reach = max(5, len(total) // 20)
    chosen: list[int] = []
    for place in np.argsort(-total, kind='stable').tolist():
        if len(chosen) == limit or total[place] == 0:
            break
        if all(abs(place - other) > reach for other in chosen):
            chosen.append(place)
    return [_frame_moment(outcomes, errors, place) for place in chosen]


def _weight(outcomes: BoxOutcomes, switch: Switch) -> int:
    """Frames in which the person had the identity that had the person for less long."""
    mine = outcomes.gt.ids == switch.person
    shares = [
        int((mine & (outcomes.tracks == identity)).sum())
        for identity in (switch.old, switch.new)
    ]
    return min(shares)


def _switch_moment(
    outcomes: BoxOutcomes, switch: Switch, explanation: Explanation | None
) -> Moment:
    """A picture of the last frame before a switch, and one of the frame after it."""
    frame, person, old, new, last_frame = switch
    before = box_in(outcomes.gt, last_frame, person)
    after = box_in(outcomes.gt, frame, person)
    assert before is not None  # the person was matched in both frames
    assert after is not None
    near = np.abs(before[:2] - after[:2]).max() < 2 * max(before[3], after[3])
    snapshots = []
    for number, box in ((last_frame, before), (frame, after)):
        marks = [
            mark
            for track in (old, new)
            for mark in track_mark(outcomes.results, number, track)
        ]
        region = surround(before, after) if near else surround(box)
        snapshots.append((Snapshot(number, tuple(marks), region), f'frame {number}'))
    sentences = [
        f'Person {person} was track {old} until frame {last_frame} and is track {new} '
        f'from frame {frame}.'
    ]
    if frame - last_frame > 1:
        missed = spell_frames(last_frame + 1, frame - 1)
        sentences.append(f'No track had the person in {missed}.')
    sentences += [_fate(outcomes, switch), _origin(outcomes, switch)]
    if explanation:
        sentences.append(explanation.text)
    return Moment(
        f'Frame {frame}: person {person} switches from track {old} to {new}',
        ' '.join(sentences),
        tuple(snapshots),
        explanation.details if explanation else '',
    )


def _fate(outcomes: BoxOutcomes, switch: Switch) -> str:
    """Say what the old identity did after a switch."""
    rows = outcomes.results
    mine = rows.ids == switch.old
    later = np.flatnonzero(mine & (rows.frames >= switch.frame))
    if not len(later):
        return f'Track {switch.old} ends in frame {int(rows.frames[mine].max())}.'
    first = later[np.argmin(rows.frames[later])]
    person, frame = int(outcomes.people[first]), int(rows.frames[first])
    if person == NOBODY:
        return f'Track {switch.old} is at a place without a person in frame {frame}.'
    if person == switch.person:
        return f'Track {switch.old} has the person again in frame {frame}.'
    return f'Track {switch.old} has person {person} in frame {frame}.'


def _origin(outcomes: BoxOutcomes, switch: Switch) -> str:
    """Say what the new identity did before a switch."""
    rows = outcomes.results
    earlier = np.flatnonzero((rows.ids == switch.new) & (rows.frames < switch.frame))
    if not len(earlier):
        return f'Track {switch.new} begins in frame {switch.frame}.'
    last = earlier[np.argmax(rows.frames[earlier])]
    person, frame = int(outcomes.people[last]), int(rows.frames[last])
    if person == NOBODY:
        return f'Track {switch.new} followed nobody in frame {frame}.'
    if person == switch.person:
        return f'Track {switch.new} had the person before, in frame {frame}.'
    return f'Track {switch.new} had person {person} in frame {frame}.'


def _loss_moment(outcomes: BoxOutcomes, runs: TrackRuns, place: int) -> Moment:
    """A picture of the middle of the time in which a person is missed."""
    person = int(runs.owners[place])
    first, last = (int(outcomes.frames[run[place]]) for run in (runs.first, runs.last))
    middle = int(outcomes.frames[(runs.first[place] + runs.last[place]) // 2])
    box = box_in(outcomes.gt, middle, person)
    assert box is not None  # a run has the person in each of its frames
    mine = outcomes.gt.ids == person
    found = outcomes.tracks[mine] != NOBODY
    here = outcomes.gt.frames == middle
    others = outcomes.tracks[here & ~mine]
    marks = [mark_of(box, f'person {person}', TRUTH_BGR)]
    for track in others[others != NOBODY].tolist():
        marks += track_mark(outcomes.results, middle, track)
    count = counted(int(runs.lengths[place]), 'frame', 'frames')
    text = (
        f'No track has the person for {count}, {spell_frames(first, last)}. The box is '
        f'{box[3]:.0f} pixels high. '
    )
    text += (
        f'The person is found in {found.sum()} of {len(found)} frames.'
        if found.any()
        else 'The person is never found.'
    )
    region = surround(box)
    return Moment(
        f'{spell_frames(first, last).capitalize()}: person {person} is missed',
        text,
        ((Snapshot(middle, tuple(marks), region), f'frame {middle}'),),
    )


def _frame_moment(
    outcomes: BoxOutcomes, errors: Mapping[str, np.ndarray], place: int
) -> Moment:
    """A picture of a whole frame with what is missed and what is false."""
    frame = int(outcomes.frames[place])
    gt, results = outcomes.gt, outcomes.results
    here = gt.frames == frame
    marks = [
        mark_of(box, '', TRUTH_BGR)
        for box in gt.tlwh[here & (outcomes.tracks == NOBODY)]
    ]
    false = (results.frames == frame) & (outcomes.people == NOBODY)
    marks += [mark_of(box, '', FALSE_BGR) for box in results.tlwh[false]]
    missed, wrong, switched = (int(values[place]) for values in errors.values())
    people = counted(int(here.sum()), 'person', 'people')
    false_boxes = counted(wrong, 'box is', 'boxes are')
    kinds = {
        f'{missed} of {people} {"is" if missed == 1 else "are"} missed (white)': missed,
        f'{false_boxes} false (red)': wrong,
        counted(switched, 'identity switch', 'identity switches'): switched,
    }
    text = ', '.join(words for words, count in kinds.items() if count) + '.'
    count = counted(missed + wrong + switched, 'error', 'errors')
    return Moment(
        f'Frame {frame}: {count}',
        text,
        ((Snapshot(frame, tuple(marks)), f'frame {frame}'),),
    )
