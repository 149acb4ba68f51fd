"""The part of a report about one sequence."""

from collections.abc import Mapping, Sequence

import numpy as np

from fairmot_mm.evaluation import BoxOutcomes
from fairmot_mm.report.charts import (
    difference_chart,
    errors_chart,
    lengths_chart,
    people_chart,
)
from fairmot_mm.report.differences import difference_table, more_errors
from fairmot_mm.report.gallery import Pictures, make_gallery
from fairmot_mm.report.heat_map import HeatMap
from fairmot_mm.report.moments import Moment, errors_by_frame
from fairmot_mm.report.page import (
    Block,
    Chart,
    Fold,
    Paragraph,
    Picture,
    Section,
)
from fairmot_mm.report.reported_sequence import ReportedSequence
from fairmot_mm.report.sequence_moments import (
    LastingMoments,
    SequenceMoments,
    find_moments,
)
from fairmot_mm.report.snapshots import FramePicture, encode_jpeg, take_pictures
from fairmot_mm.report.time_lines import (
    people_time_line,
    plain_time_line,
    tracks_time_line,
)
from fairmot_mm.utils import MOTRows
from fairmot_mm.utils.counted import counted

_PEOPLE_LINE = (
    'Each row is a person of the ground truth. A coloured bar is the track that has '
    'the person, with its number; a thin grey bar means that the person is missed. A '
    'cross is an identity switch. A circle is the beginning of a fragment: the person '
    'is missed and found again.'
)
_TRACKS_LINE = (
    'Each row is a track. A coloured bar is the person that it follows, with the '
    'number of the person; hatched red means that it follows nobody of the ground '
    'truth. A thin grey bar is a gap: the track has no box there. Crosses are identity '
    'switches: the track takes a person from another track, or loses one. A circle is '
    'a fragment: the track loses its person for some frames.'
)
_PLAIN_LINE = (
    'Each row is a track. A thin grey bar is a gap: the track has no box there.'
)
_HEAT_MAP = (
    'The colour says how often somebody was at a place: blue is seldom, red is often. '
    'A place is where the feet are in the frame. The map means most where the camera '
    'stands still.'
)
_SUSPICIOUS = (
    'Tracks that are lost for long, and tracks that jump by more than half of their '
    'height from one frame to the next: the identity may belong to somebody else '
    'afterwards.'
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
    moments = find_moments(sequence, num_moments)
    maps = {
        run: HeatMap(int(sequence.frames[len(sequence.frames) // 2]), rows)
        for run, rows in sequence.results.items()
        if len(rows)
    }
    pictures: Pictures = {}
    if sequence.store is not None:  # in one pass, because a video is decoded in order
        wanted: list[FramePicture] = [*moments.snapshots(), *maps.values()]
        pictures = take_pictures(wanted, sequence.store)
    parts = [_people_part(sequence)]
    if sequence.outcomes:
        parts += _scored_parts(sequence, moments, pictures, num_moments)
    else:
        parts += _plain_parts(sequence, moments, pictures)
    parts.append(_paths_part(sequence, maps, pictures))
    return Section(sequence.title, _about(sequence), parts)


def _about(sequence: ReportedSequence) -> list[Block]:
    """Say how long the sequence is, and how many people and tracks there are."""
    text = counted(len(sequence.frames), 'frame', 'frames')
    if sequence.frame_rate is not None:
        seconds = len(sequence.frames) / sequence.frame_rate
        text += f', {seconds:.1f} seconds at {sequence.frame_rate:.4g} frames a second'
    text += '.'
    for outcomes in [*sequence.outcomes.values()][:1]:
        people = len(np.unique(outcomes.gt.ids))
        text += f' The ground truth has {counted(people, "person", "people")}.'
    for name, rows in sequence.results.items():
        tracks = len(np.unique(rows.ids))
        boxes = counted(len(rows), 'box', 'boxes')
        text += f' {name} has {counted(tracks, "track", "tracks")} with {boxes}.'
    blocks: list[Block] = [Paragraph(text)]
    if sequence.store is None:
        blocks.append(Paragraph('There are no images, so that no pictures are shown.'))
    return blocks


def _people_part(sequence: ReportedSequence) -> Section:
    """People over time, and how long tracks are."""
    truth = next((each.gt for each in sequence.outcomes.values()), None)
    counts = {
        name: sequence.count_people(rows) for name, rows in sequence.results.items()
    }
    lengths = {name: _lengths(rows) for name, rows in sequence.results.items()}
    people = people_chart(
        sequence.frames,
        None if truth is None else sequence.count_people(truth),
        counts,
    )
    charts = [
        Chart(people, 'People over time', 'The number of people in each frame.'),
        Chart(
            lengths_chart(None if truth is None else _lengths(truth), lengths),
            'Track lengths',
            'The number of frames in which a track has a box. Many short tracks mean '
            'that people are lost and begin anew.',
        ),
    ]
    return Section('People and tracks', charts)


def _scored_parts(
    sequence: ReportedSequence,
    moments: SequenceMoments,
    pictures: Pictures,
    num_moments: int,
) -> list[Section]:
    """What ground truth tells: errors, time lines, moments, lasting false positives."""
    runs = [*sequence.outcomes.items()]
    name, outcomes = runs[0]
    several = len(runs) > 1
    errors = [
        Chart(
            errors_chart(sequence.frames, errors_by_frame(each)),
            f'Errors of {run}' if several else 'Errors over time',
            'The people who are missed, the false boxes and the identity switches of '
            'each frame.',
        )
        for run, each in runs
    ]
    people = [
        Chart(people_time_line(each), f'People, followed by {run}', _PEOPLE_LINE)
        for run, each in runs
    ]
    tracks = [
        Chart(tracks_time_line(each), f'Tracks of {run}', _TRACKS_LINE)
        for run, each in runs
    ]
    folded = [Fold(chart.title, [chart]) for chart in tracks[1:]]
    parts = [Section('Errors', errors)]
    if several:
        parts.append(_difference_part(sequence, moments.differences, pictures))
    parts += [
        Section('Time lines', [*people, tracks[0], *folded]),
        Section(
            f'The worst moments of {name}',
            [
                Paragraph(_which_moments(outcomes, num_moments)),
                make_gallery(moments.worst, pictures),
            ],
        ),
    ]
    for run, lasting in moments.lasting.items():
        title = 'False positives that last'
        blocks = _lasting_blocks(lasting, pictures)
        parts.append(Section(f'{title}: {run}' if several else title, blocks))
    return parts


def _which_moments(outcomes: BoxOutcomes, num_moments: int) -> str:
    """Say which moments are shown."""
    switches = len(outcomes.switches)
    if num_moments == 0:
        return 'No moments were asked for (--moments 0).'
    if not any(map(np.any, errors_by_frame(outcomes).values())):
        return 'Nobody is missed, no box is false, and no identity switches.'
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


def _difference_part(
    sequence: ReportedSequence, moments: Sequence[Moment], pictures: Pictures
) -> Section:
    """What two runs did differently."""
    names, runs = [*sequence.outcomes], [*sequence.outcomes.values()]
    table = difference_table(runs, names)
    blocks: list[Block] = [
        Chart(
            difference_chart(sequence.frames, more_errors(runs), names),
            'Errors frame by frame',
            f'A bar above zero is a frame in which {names[1]} has more errors than '
            f'{names[0]}; a bar below zero is a frame in which {names[0]} has more.',
        ),
        Paragraph(
            f'The errors differ in {len(table.rows)} of {len(sequence.frames)} frames.'
        ),
    ]
    if table.rows:
        blocks.append(Fold('All frames in which the errors differ', [table]))
    if moments:
        blocks.append(Paragraph('People whom only one of the two runs follows:'))
        blocks.append(make_gallery(moments, pictures))
    return Section(f'{names[0]} and {names[1]} compared', blocks)


def _lasting_blocks(lasting: LastingMoments, pictures: Pictures) -> list[Block]:
    """False positives that last, as a gallery."""
    count = counted(lasting.total, 'false positive lasts', 'false positives last')
    text = f'{count} {lasting.least} frames or longer.'
    if lasting.total:
        text += (
            ' Posters, statues, mannequins and reflections are tracked like this, and '
            'people whom the ground truth leaves out.'
        )
    if lasting.total > len(lasting.moments):
        text += f' The {len(lasting.moments)} longest are shown.'
    return [Paragraph(text), make_gallery(lasting.moments, pictures)]


def _plain_parts(
    sequence: ReportedSequence, moments: SequenceMoments, pictures: Pictures
) -> list[Section]:
    """What tracks tell without ground truth."""
    lines = []
    for name, rows in sequence.results.items():
        places = np.searchsorted(sequence.frames, rows.frames).astype(np.int64)
        figure = plain_time_line(rows.ids, places, sequence.frames)
        lines.append(Chart(figure, f'Tracks of {name}', _PLAIN_LINE))
    text = _SUSPICIOUS if moments.suspicious else 'No track has a gap or jumps.'
    blocks: list[Block] = [
        Paragraph(text),
        make_gallery(moments.suspicious, pictures),
    ]
    return [Section('Time lines', lines), Section('Moments to look at', blocks)]


def _paths_part(
    sequence: ReportedSequence, maps: Mapping[str, HeatMap], pictures: Pictures
) -> Section:
    """A heat map of the paths of each run."""
    blocks: list[Block] = [Paragraph(_HEAT_MAP)]
    for name in sequence.results:
        if name not in maps:
            blocks.append(Paragraph(f'{name} has no track.'))
            continue
        data = pictures.get(maps[name]) or encode_jpeg(maps[name].draw(None))
        blocks.append(Picture(data, f'Paths of {name}'))
    return Section('Heat map of paths', blocks)


def _lengths(rows: MOTRows) -> np.ndarray:
    """(K,) number of frames of each identity."""
    return np.unique(rows.ids, return_counts=True)[1]
