"""The part of a report about one sequence."""

from collections.abc import Sequence

import numpy as np

from fairmot_mm.evaluation.lasting_false import LastingFalse, find_lasting_false
from fairmot_mm.report.charts import (
    difference_chart,
    errors_chart,
    lengths_chart,
    people_chart,
)
from fairmot_mm.report.differences import (
    difference_table,
    longest_differences,
    more_errors,
)
from fairmot_mm.report.heat_map import draw_heat_map
from fairmot_mm.report.moments import (
    FALSE_BGR,
    Moment,
    errors_by_frame,
    longest_losses,
    mark_of,
    spell_count,
    spell_frames,
    worst_frames,
    worst_switches,
)
from fairmot_mm.report.page import (
    Block,
    Card,
    Chart,
    Fold,
    Gallery,
    Paragraph,
    Picture,
    Section,
)
from fairmot_mm.report.reported_sequence import ReportedSequence
from fairmot_mm.report.snapshots import Snapshot, encode_jpeg, surround, take_snapshots
from fairmot_mm.report.time_lines import (
    people_time_line,
    plain_time_line,
    tracks_time_line,
)
from fairmot_mm.report.track_moments import longest_gaps, widest_jumps
from fairmot_mm.utils import MOTRows

# A false positive lasts if it has boxes in a second of frames, and in this many.
_LEAST_FRAMES = 5
_ASSUMED_RATE = 30.0  # frames a second, where nobody says it
_PEOPLE_LINE = (
    'Each row is a person of the ground truth. A coloured bar is the track that has the '
    'person, with its number; a thin grey bar means that the person is missed. A cross '
    'is an identity switch, and a circle the beginning of a fragment: the person is '
    'missed and found again.'
)
_TRACKS_LINE = (
    'Each row is a track. A coloured bar is the person that it follows, with the number '
    'of the person; red means that it follows nobody of the ground truth. A thin grey '
    'bar is a gap: the track has no box there. Crosses are identity switches: the track '
    'takes a person from another track, or loses one. A circle is a fragment: the track '
    'loses its person for some frames.'
)
_HEAT_MAP = (
    'The colour says how often somebody stood at a place: blue is seldom, red is often. '
    'Places are where the feet are in the frame, so that the map means most where the '
    'camera stands still.'
)


def sequence_section(sequence: ReportedSequence, num_moments: int) -> Section:
    """Make the part of a report about a sequence.

    Args:
        sequence: What is known about it.
        num_moments: Most pictured moments of each kind.

    Returns:
        The section.

    Raises:
        DataError: A frame cannot be read.
    """
    parts = [_people_part(sequence)]
    if sequence.outcomes:
        parts += _scored_parts(sequence, num_moments)
    else:
        parts += _plain_parts(sequence, num_moments)
    parts.append(_paths_part(sequence))
    return Section(sequence.title, _about(sequence), parts)


def _about(sequence: ReportedSequence) -> list[Block]:
    """Say how long the sequence is, and how many people and tracks there are."""
    text = spell_count(len(sequence.frames), 'frame', 'frames')
    if sequence.frame_rate is not None:
        seconds = len(sequence.frames) / sequence.frame_rate
        text += (
            f', {seconds:.1f} seconds at {sequence.frame_rate:.4g} frames a second'
        )
    text += '.'
    for outcomes in [*sequence.outcomes.values()][:1]:
        people = len(np.unique(outcomes.gt.ids))
        text += f' The ground truth has {spell_count(people, "person", "people")}.'
    for name, rows in sequence.results.items():
        tracks = len(np.unique(rows.ids))
        boxes = spell_count(len(rows), 'box', 'boxes')
        text += f' {name} has {spell_count(tracks, "track", "tracks")} with {boxes}.'
    blocks: list[Block] = [Paragraph(text)]
    if sequence.store is None:
        blocks.append(
            Paragraph('No images were found, so that nothing is shown in pictures.')
        )
    return blocks


def _people_part(sequence: ReportedSequence) -> Section:
    """People over time, and how long tracks are."""
    truth = next((each.gt for each in sequence.outcomes.values()), None)
    counts = {
        name: sequence.count_people(rows) for name, rows in sequence.results.items()
    }
    lengths = {name: _lengths(rows) for name, rows in sequence.results.items()}
    charts: list[Block] = [
        Chart(
            people_chart(
                sequence.frames,
                None if truth is None else sequence.count_people(truth),
                counts,
            ),
            'People over time',
            'The number of people in each frame.',
        ),
        Chart(
            lengths_chart(None if truth is None else _lengths(truth), lengths),
            'Track lengths',
            'The number of frames in which a track has a box. Many short tracks mean '
            'that people are lost and begin anew.',
        ),
    ]
    return Section('People and tracks', charts)


def _scored_parts(sequence: ReportedSequence, num_moments: int) -> list[Section]:
    """What ground truth tells: errors, time lines, moments, lasting false positives."""
    runs = [*sequence.outcomes.items()]
    name, outcomes = runs[0]
    several = len(runs) > 1
    charts: list[Block] = [
        Chart(
            errors_chart(each.frames, errors_by_frame(each)),
            f'Errors of {run}' if several else 'Errors over time',
            'People who are missed, boxes that are false, and identity switches in each '
            'frame.',
        )
        for run, each in runs
    ]
    lines: list[Block] = [
        Chart(people_time_line(each), f'People, followed by {run}', _PEOPLE_LINE)
        for run, each in runs
    ]
    tracks = [
        Chart(tracks_time_line(each), f'Tracks of {run}', _TRACKS_LINE)
        for run, each in runs
    ]
    lines.append(tracks[0])
    lines += [Fold(chart.title, [chart]) for chart in tracks[1:]]
    moments = [
        *worst_switches(outcomes, sequence.explanations, num_moments),
        *longest_losses(outcomes, num_moments),
        *worst_frames(outcomes, num_moments),
    ]
    parts = [Section('Errors', charts)]
    if several:
        parts.append(_difference_part(sequence, num_moments))
    parts += [
        Section('Time lines', lines),
        Section(
            f'The worst moments of {name}',
            [
                Paragraph(_which_moments(len(outcomes.switches), num_moments)),
                _gallery(sequence, moments),
            ]
            if moments
            else [Paragraph('Nobody is missed, nothing is false, no identity switches.')],
        ),
    ]
    return [*parts, *(_lasting_part(sequence, run, num_moments) for run, _ in runs)]


def _which_moments(switches: int, num_moments: int) -> str:
    """Say which moments are shown."""
    if switches == 0:
        first = 'There is no identity switch.'
    elif switches <= num_moments:
        first = f'All identity switches are shown ({switches}), the worst first.'
    else:
        first = (
            f'{num_moments} of {switches} identity switches are shown: those whose two '
            'tracks both have the person for long.'
        )
    return (
        f'{first} Then come the people who are missed for the longest time, and the '
        'frames with most errors.'
    )


def _difference_part(sequence: ReportedSequence, num_moments: int) -> Section:
    """What two runs did differently."""
    names, runs = [*sequence.outcomes], [*sequence.outcomes.values()]
    moments = longest_differences(runs, names, num_moments)
    table = difference_table(runs, names)
    blocks: list[Block] = [
        Chart(
            difference_chart(sequence.frames, more_errors(runs), names),
            'Errors frame by frame',
            f'A bar above zero is a frame in which {names[1]} has more errors than '
            f'{names[0]}; a bar below zero is a frame in which {names[0]} has more.',
        ),
        Paragraph(table.text),
    ]
    if table.rows:
        blocks.append(Fold('All frames in which the errors differ', [table]))
    if moments:
        blocks.append(Paragraph('People whom only one of the two runs follows:'))
        blocks.append(_gallery(sequence, moments))
    return Section(f'{names[0]} and {names[1]} compared', blocks)


def _lasting_part(sequence: ReportedSequence, run: str, num_moments: int) -> Section:
    """False positives that last, as a gallery."""
    outcomes = sequence.outcomes[run]
    least = max(_LEAST_FRAMES, round(sequence.frame_rate or _ASSUMED_RATE))
    found = find_lasting_false(outcomes, least)
    title = 'False positives that last'
    if len(sequence.outcomes) > 1:
        title = f'{title}: {run}'
    shown = [_lasting_moment(outcomes.results, each) for each in found[:num_moments]]
    count = spell_count(len(found), 'false positive lasts', 'false positives last')
    text = f'{count} {least} frames or longer.'
    if found:
        text += (
            ' Posters, statues, mannequins and reflections are tracked like this, and '
            'people whom the ground truth leaves out.'
        )
    if len(found) > len(shown):
        text += f' The {len(shown)} longest are shown.'
    blocks: list[Block] = [Paragraph(text)]
    return Section(title, [*blocks, *([_gallery(sequence, shown)] if shown else [])])


def _lasting_moment(results: MOTRows, found: LastingFalse) -> Moment:
    """A picture of a false positive where its score is highest."""
    frame, box = int(results.frames[found.row]), results.tlwh[found.row]
    tracks = ', '.join(map(str, found.tracks[:8]))
    tracks += ' and others' if len(found.tracks) > 8 else ''
    kind = 'track' if len(found.tracks) == 1 else 'tracks'
    what = 'It stays at one place.' if found.still else 'It moves.'
    return Moment(
        f'{spell_count(found.count, "frame", "frames")}: {kind} {tracks}',
        f'{what} It is tracked in {spell_frames(found.first_frame, found.last_frame)}.',
        (
            (
                Snapshot(frame, (mark_of(box, '', FALSE_BGR),), surround(box)),
                f'frame {frame}',
            ),
        ),
    )


def _plain_parts(sequence: ReportedSequence, num_moments: int) -> list[Section]:
    """What tracks tell without ground truth."""
    lines: list[Block] = []
    moments: list[Moment] = []
    for name, rows in sequence.results.items():
        places = np.searchsorted(sequence.frames, rows.frames).astype(np.int64)
        figure = plain_time_line(rows.ids, places, sequence.frames)
        text = (
            'Each row is a track. A thin grey bar is a gap: the track has no box there.'
        )
        lines.append(Chart(figure, f'Tracks of {name}', text))
        moments += longest_gaps(rows, sequence.frames, num_moments)
        moments += widest_jumps(rows, sequence.frames, num_moments)
    blocks: list[Block] = [
        Paragraph(
            'Tracks that are lost for long, and tracks that jump by more than half '
            'of their height from one frame to the next: the identity may belong to '
            'somebody else afterwards.'
            if moments
            else 'No track has a gap or jumps.'
        )
    ]
    blocks += [_gallery(sequence, moments)] if moments else []
    return [Section('Time lines', lines), Section('Moments to look at', blocks)]


def _paths_part(sequence: ReportedSequence) -> Section:
    """A heat map of the paths of each run."""
    number = int(sequence.frames[len(sequence.frames) // 2])
    image = None
    if sequence.store is not None:
        image = next(sequence.store.read([number]))[1]
    blocks: list[Block] = [Paragraph(_HEAT_MAP)]
    for name, rows in sequence.results.items():
        if not len(rows):
            blocks.append(Paragraph(f'{name} has no track.'))
            continue
        ends = (rows.tlwh[:, :2] + rows.tlwh[:, 2:]).max(axis=0).clip(1)
        size = (int(ends[0]), int(ends[1])) if image is None else image.shape[1::-1]
        data = encode_jpeg(draw_heat_map(rows, (size[0], size[1]), image))
        blocks.append(Picture(data, f'Paths of {name}'))
    return Section('Heat map of paths', blocks)


def _gallery(sequence: ReportedSequence, moments: Sequence[Moment]) -> Gallery:
    """Moments as cards, with pictures where there are images."""
    wanted = [snapshot for moment in moments for snapshot, _ in moment.snapshots]
    taken = take_snapshots(wanted, sequence.store) if sequence.store else {}
    return Gallery(
        [
            Card(
                moment.title,
                moment.text,
                [
                    Picture(taken[snapshot], text)
                    for snapshot, text in moment.snapshots
                    if snapshot in taken
                ],
                moment.details,
            )
            for moment in moments
        ]
    )


def _lengths(rows: MOTRows) -> np.ndarray:
    """(K,) number of frames of each identity."""
    return np.unique(rows.ids, return_counts=True)[1]

