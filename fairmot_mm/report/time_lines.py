"""Time lines of people and of tracks, a row for each."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from fairmot_mm.evaluation import NOBODY, BoxOutcomes
from fairmot_mm.evaluation.track_runs import TrackRuns
from fairmot_mm.report.charts import (
    FALSE_COLOR,
    MISS_COLOR,
    SWITCH_COLOR,
    make_figure,
)
from fairmot_mm.visualization.drawing import identity_colors

_ROW_HEIGHT, _FRAME_HEIGHT = 22, 110
_FRAGMENT_COLOR = '#b35c00'


class Bar(NamedTuple):
    """A run of frames in a row of a time line.

    Attributes:
        owner: Identity that the row belongs to.
        first: Place of the first frame.
        last: Place of the last frame.
        color: Its colour.
        text: Short text inside the bar.
        hover: What it means.
        width: Its width, as a share of the row.
    """

    owner: int
    first: int
    last: int
    color: str
    text: str
    hover: str
    width: float = 0.8


class Event(NamedTuple):
    """A mark in a row of a time line.

    Attributes:
        owner: Identity that the row belongs to.
        frame: Number of the frame.
        hover: What happened.
    """

    owner: int
    frame: int
    hover: str


def people_time_line(outcomes: BoxOutcomes) -> go.Figure:
    """Draw who followed each person of the ground truth.

    Args:
        outcomes: The boxes of a sequence.

    Returns:
        The figure.
    """
    runs = outcomes.people_runs
    bars = [
        Bar(owner, first, last, MISS_COLOR, '', 'missed', 0.3)
        if track == NOBODY
        else Bar(owner, first, last, hex_color(track), str(track), f'track {track}')
        for owner, first, last, track in rows_of(runs)
    ]
    switches = [
        Event(each.person, each.frame, f'switch from track {each.old} to {each.new}')
        for each in outcomes.switches
    ]
    fragments = [
        Event(
            each.person,
            each.first_frame,
            f'fragment: missed in {_frames(each.first_frame, each.last_frame)}',
        )
        for each in outcomes.fragments
    ]
    frames = np.asarray(outcomes.frames)
    return _draw(frames, 'person', bars, switches, fragments)


def tracks_time_line(outcomes: BoxOutcomes) -> go.Figure:
    """Draw whom each track followed.

    Args:
        outcomes: The boxes of a sequence.

    Returns:
        The figure.
    """
    runs = outcomes.track_runs
    bars = [
        Bar(owner, first, last, FALSE_COLOR, '', 'false: follows nobody', 0.5)
        if person == NOBODY
        else Bar(owner, first, last, hex_color(person), str(person), f'person {person}')
        for owner, first, last, person in rows_of(runs)
    ]
    switches = []
    for each in outcomes.switches:
        took = f'switch: takes person {each.person} from track {each.old}'
        lost = f'switch: loses person {each.person} to track {each.new}'
        switches.append(Event(each.new, each.frame, took))
        switches.append(Event(each.old, each.last_frame, lost))
    return _draw(
        np.asarray(outcomes.frames),
        'track',
        [*bars, *_gap_bars(runs)],
        switches,
        _interruptions(outcomes),
    )


def plain_time_line(
    ids: np.ndarray, places: np.ndarray, frames: np.ndarray
) -> go.Figure:
    """Draw when each track has boxes, without ground truth.

    Args:
        ids: (N,) identities of boxes.
        places: (N,) place of the frame of each box.
        frames: (F,) numbers of the frames.

    Returns:
        The figure.
    """
    runs = TrackRuns.find(ids, places, np.zeros(len(ids), np.int64))
    bars = [
        Bar(owner, first, last, hex_color(owner), '', 'boxes')
        for owner, first, last, _ in rows_of(runs)
    ]
    return _draw(frames, 'track', [*bars, *_gap_bars(runs)], [], [])


def hex_color(identity: int) -> str:
    """Find the colour of an identity, the same as in videos.

    Args:
        identity: The identity.

    Returns:
        The colour as HTML has it.
    """
    blue, green, red = identity_colors(np.array([identity]))[0].tolist()
    return f'#{red:02x}{green:02x}{blue:02x}'


def rows_of(runs: TrackRuns) -> list[tuple[int, int, int, int]]:
    """List runs as numbers.

    Args:
        runs: K runs.

    Returns:
        Owner, first and last place and value of each.
    """
    return [tuple(row) for row in np.stack([*runs], axis=1).tolist()]


def _gap_bars(runs: TrackRuns) -> list[Bar]:
    """Thin grey bars where a track has no box between two others."""
    return [
        Bar(owner, first, last, MISS_COLOR, '', 'gap: the track has no box', 0.3)
        for owner, first, last, _ in rows_of(runs.gaps())
    ]


def _interruptions(outcomes: BoxOutcomes) -> list[Event]:
    """The fragments, in the rows of the tracks that lost the person."""
    gt, events = outcomes.gt, []
    found = np.flatnonzero(outcomes.tracks != NOBODY)
    found = found[np.lexsort((gt.frames[found], gt.ids[found]))]
    ids, frames = gt.ids[found], gt.frames[found]
    for person, first, last in outcomes.fragments:
        start = np.searchsorted(ids, person)
        end = np.searchsorted(ids, person, side='right')
        before = start + np.searchsorted(frames[start:end], first) - 1
        track = int(outcomes.tracks[found[before]])
        text = f'fragment: person {person} is missed in {_frames(first, last)}'
        events.append(Event(track, int(frames[before]), text))
    return events


def _frames(first: int, last: int) -> str:
    return f'frame {first}' if first == last else f'frames {first} to {last}'


def _draw(
    frames: np.ndarray,
    what: str,
    bars: list[Bar],
    switches: list[Event],
    fragments: list[Event],
) -> go.Figure:
    """Draw rows in the order in which they begin, the first at the top."""
    begins: dict[int, int] = {}
    for bar in bars:
        begins[bar.owner] = min(bar.first, begins.get(bar.owner, bar.first))
    order = sorted(begins, key=lambda owner: (begins[owner], owner))
    row = {owner: place for place, owner in enumerate(order)}
    height = _FRAME_HEIGHT + _ROW_HEIGHT * max(len(order), 2)
    figure = make_figure(height, 'frame')
    low = frames[[bar.first for bar in bars]] if bars else np.zeros(0)
    high = frames[[bar.last for bar in bars]] if bars else np.zeros(0)
    figure.add_bar(
        orientation='h',
        base=low - 0.5,
        x=high - low + 1,
        y=[row[bar.owner] for bar in bars],
        width=[bar.width for bar in bars],
        marker=dict(
            color=[bar.color for bar in bars],
            line=dict(width=0),
            # Identities have any colour, also that of false boxes.
            pattern=dict(
                shape=['/' if bar.color == FALSE_COLOR else '' for bar in bars],
                fgcolor='white',
                size=5,
            ),
        ),
        text=[bar.text for bar in bars],
        textposition='inside',
        insidetextanchor='middle',
        textangle=0,
        hovertext=[
            f'{what} {bar.owner}, {_frames(int(first), int(last))}: {bar.hover}'
            for bar, first, last in zip(bars, low, high, strict=True)
        ],
        hoverinfo='text',
        showlegend=False,
    )
    for name, events, symbol, color in (
        ('switch', switches, 'x', SWITCH_COLOR),
        ('fragment', fragments, 'circle-open', _FRAGMENT_COLOR),
    ):
        if events:
            _add_events(figure, name, events, row, what, (symbol, color))
    figure.update_layout(
        barmode='overlay',
        uniformtext=dict(minsize=9, mode='hide'),
        margin=dict(l=10, r=10, t=72, b=10),
        legend=dict(yref='container', y=1, yanchor='top'),
    )
    figure.update_xaxes(side='top', title_standoff=4)
    if len(frames):
        figure.update_xaxes(range=[frames[0] - 1, frames[-1] + 1])
    figure.update_yaxes(
        tickvals=list(range(len(order))),
        ticktext=[f'{what} {owner}' for owner in order],
        range=[len(order) - 0.4, -0.6],
        showgrid=False,
        zeroline=False,
    )
    return figure


def _add_events(
    figure: go.Figure,
    name: str,
    events: Sequence[Event],
    row: dict[int, int],
    what: str,
    look: tuple[str, str],
) -> None:
    """Add marks of one kind; ``look`` is their symbol and colour."""
    kept = [event for event in events if event.owner in row]
    figure.add_scatter(
        x=[event.frame for event in kept],
        y=[row[event.owner] for event in kept],
        mode='markers',
        name=name,
        marker=dict(symbol=look[0], color=look[1], size=9, line=dict(width=1.5)),
        hovertext=[
            f'{what} {event.owner}, frame {event.frame}: {event.hover}'
            for event in kept
        ],
        hoverinfo='text',
    )
