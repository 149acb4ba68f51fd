"""All moments of a sequence that a report shows."""

from collections.abc import Iterator
from typing import NamedTuple

from fairmot_mm.evaluation.lasting_false import LastingFalse, find_lasting_false
from fairmot_mm.report.differences import longest_differences
from fairmot_mm.report.moments import (
    FALSE_BGR,
    Moment,
    mark_of,
    spell_frames,
)
from fairmot_mm.report.reported_sequence import ReportedSequence
from fairmot_mm.report.snapshots import Snapshot, surround
from fairmot_mm.report.track_moments import longest_gaps, widest_jumps
from fairmot_mm.report.worst_moments import (
    longest_losses,
    worst_frames,
    worst_switches,
)
from fairmot_mm.utils import MOTRows
from fairmot_mm.utils.counted import counted

# A false positive lasts if it has boxes in a second of frames, and in this many.
_LEAST_FRAMES = 5
_ASSUMED_RATE = 30.0  # frames a second, where nobody says it
_MOST_NAMED = 8  # tracks of one false positive


class LastingMoments(NamedTuple):
    """The false positives of a run that last.

    Attributes:
        least: Number of frames from which on one lasts.
        total: How many there are.
        moments: The longest of them.
    """

    least: int
    total: int
    moments: list[Moment]


class SequenceMoments(NamedTuple):
    """What is shown in pictures.

    Attributes:
        worst: Switches, losses and frames with many errors of the first run.
        differences: People whom only one of two runs follows.
        lasting: By run, false positives that last.
        suspicious: Gaps and jumps, where there is no ground truth.
    """

    worst: list[Moment]
    differences: list[Moment]
    lasting: dict[str, LastingMoments]
    suspicious: list[Moment]

    def snapshots(self) -> Iterator[Snapshot]:
        """The pictures of all moments."""
        for moments in (
            self.worst,
            self.differences,
            *(each.moments for each in self.lasting.values()),
            self.suspicious,
        ):
            for moment in moments:
                yield from (snapshot for snapshot, _ in moment.snapshots)


def find_moments(sequence: ReportedSequence, limit: int) -> SequenceMoments:
    """Choose the moments of a sequence.

    Args:
        sequence: What is known about it.
        limit: Most moments of a kind.

    Returns:
        The moments.
    """
    if not sequence.outcomes:
        suspicious = []
        for rows in sequence.results.values():
            suspicious += longest_gaps(rows, sequence.frames, limit)
            suspicious += widest_jumps(rows, sequence.frames, limit)
        return SequenceMoments([], [], {}, suspicious)
    names, runs = [*sequence.outcomes], [*sequence.outcomes.values()]
    worst = [
        *worst_switches(runs[0], sequence.explanations, limit),
        *longest_losses(runs[0], limit),
        *worst_frames(runs[0], (limit + 1) // 2),
    ]
    differences = longest_differences(runs, names, limit) if len(runs) > 1 else []
    lasting = {name: _lasting(sequence, name, limit) for name in names}
    return SequenceMoments(worst, differences, lasting, [])


def _lasting(sequence: ReportedSequence, run: str, limit: int) -> LastingMoments:
    """The false positives of a run that last a second."""
    outcomes = sequence.outcomes[run]
    least = max(_LEAST_FRAMES, round(sequence.frame_rate or _ASSUMED_RATE))
    found = find_lasting_false(outcomes, least)
    moments = [_lasting_moment(outcomes.results, each) for each in found[:limit]]
    return LastingMoments(least, len(found), moments)


def _lasting_moment(results: MOTRows, found: LastingFalse) -> Moment:
    """A picture of a false positive where its score is highest."""
    frame, box = int(results.frames[found.row]), results.tlwh[found.row]
    tracks = ', '.join(map(str, found.tracks[:_MOST_NAMED]))
    tracks += ' and others' if len(found.tracks) > _MOST_NAMED else ''
    kind = 'track' if len(found.tracks) == 1 else 'tracks'
    what = 'It stays at one place.' if found.still else 'It moves.'
    snapshot = Snapshot(frame, (mark_of(box, '', FALSE_BGR),), surround(box))
    return Moment(
        f'{counted(found.num_frames, "frame", "frames")}: {kind} {tracks}',
        f'{what} It is tracked in {spell_frames(found.first_frame, found.last_frame)}.',
        ((snapshot, f'frame {frame}'),),
    )
