"""Charts of scores, errors, people and speed, as figures of plotly."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from fairmot_mm.evaluation.box_conditions import BinCounts, Condition

# Colours that people with any colour vision can tell apart.
RUN_COLORS = ('#1f5fa8', '#d9822b')
TRUTH_COLOR = '#555555'
MISS_COLOR, FALSE_COLOR, SWITCH_COLOR = '#b9b9b9', '#c43c39', '#1b1b1b'
_GRID = '#e6e6e6'
_FONT = 'system-ui, Roboto, Arial, sans-serif'
_SERIES = ('#1f5fa8', '#2a8c5a', '#8a5fb0')


def make_figure(height: int, x_title: str, y_title: str = '') -> go.Figure:
    """Make an empty figure with the layout that all charts share.

    Args:
        height: Height in pixels; the width is that of the page.
        x_title: Title of the horizontal axis.
        y_title: Title of the vertical axis.

    Returns:
        The figure.
    """
    axis = dict(gridcolor=_GRID, zerolinecolor=_GRID, linecolor='#999', automargin=True)
    return go.Figure(
        layout=dict(
            template=go.layout.Template(),
            height=height,
            margin=dict(l=10, r=10, t=30, b=10),
            font=dict(family=_FONT, size=13, color='#1b1b1b'),
            paper_bgcolor='white',
            plot_bgcolor='white',
            xaxis=dict(**axis, title=dict(text=x_title)),
            yaxis=dict(**axis, title=dict(text=y_title), fixedrange=True),
            legend=dict(orientation='h', x=0, y=1, yanchor='bottom'),
            hovermode='closest',
        )
    )


def hota_chart(
    curves: Mapping[str, Mapping[str, np.ndarray]], alphas: np.ndarray
) -> go.Figure:
    """Draw HOTA, detection and association accuracy over the IoU threshold.

    Args:
        curves: By the name of a run, its curves by the name of a score: fractions at
            each threshold.
        alphas: (A,) thresholds.

    Returns:
        The figure.
    """
    figure = make_figure(340, 'IoU from which on a box counts as found', 'score in %')
    for (run, scores), dash in zip(curves.items(), ('solid', 'dash'), strict=False):
        for name, color in zip(('HOTA', 'DetA', 'AssA'), _SERIES, strict=True):
            label = f'{name}, {run}' if len(curves) > 1 else name
            figure.add_scatter(
                x=alphas,
                y=100 * scores[name],
                name=escape(label),
                mode='lines+markers',
                marker=dict(size=4),
                line=dict(color=color, dash=dash, width=3 if name == 'HOTA' else 1.5),
                hovertemplate='IoU %{x:.2f}: %{y:.1f} %',
            )
    figure.update_yaxes(range=[0, 100])
    if len(curves) > 1:
        figure.update_layout(height=380)
    return figure


def condition_chart(
    condition: Condition, counts: Mapping[str, BinCounts], what: str
) -> go.Figure:
    """Draw recall or precision by a condition of the boxes.

    Args:
        condition: The condition.
        counts: By the name of a run, its boxes by bin.
        what: What a bar counts, for the text over it, such as ``people``.

    Returns:
        The figure.
    """
    figure = make_figure(260, condition.unit, '%')
    for (run, bins), color in zip(counts.items(), RUN_COLORS, strict=False):
        shares = 100 * bins.share
        figure.add_bar(
            x=condition.labels,
            y=shares,
            name=escape(run),
            marker_color=color,
            text=['' if np.isnan(share) else f'{share:.0f}' for share in shares],
            textposition='outside',
            customdata=np.stack([bins.hits, bins.total], axis=1),
            hovertemplate='%{x}: %{y:.1f} %<br>%{customdata[0]} of %{customdata[1]} '
            f'{what}',
        )
    figure.update_layout(showlegend=len(counts) > 1, bargap=0.25)
    figure.update_xaxes(
        type='category', tickangle=0, tickfont_size=11, title_standoff=6
    )
    figure.update_yaxes(range=[0, 112], tickvals=[0, 50, 100])
    return figure


def people_chart(
    frames: np.ndarray, truth: np.ndarray | None, counts: Mapping[str, np.ndarray]
) -> go.Figure:
    """Draw the number of people in each frame.

    Args:
        frames: (F,) numbers of the frames.
        truth: (F,) people in the ground truth; None without one.
        counts: By the name of a run, (F,) tracks.

    Returns:
        The figure.
    """
    figure = make_figure(280, 'frame', 'people')
    lines = _with_truth(truth, counts)
    for name, values, color in lines:
        figure.add_scatter(
            x=frames,
            y=values,
            name=escape(name),
            mode='lines',
            line=dict(color=color, shape='hvh', width=2),
            hovertemplate='frame %{x}: %{y}',
        )
    figure.update_layout(showlegend=len(lines) > 1)
    figure.update_yaxes(rangemode='tozero')
    return figure


def errors_chart(frames: np.ndarray, errors: Mapping[str, np.ndarray]) -> go.Figure:
    """Draw the errors of each frame as a stack.

    Args:
        frames: (F,) numbers of the frames.
        errors: (F,) counts by ``missed``, ``false`` and ``switches``.

    Returns:
        The figure.
    """
    figure = make_figure(260, 'frame', 'errors')
    colors = (MISS_COLOR, FALSE_COLOR, SWITCH_COLOR)
    for (name, values), color in zip(errors.items(), colors, strict=True):
        figure.add_bar(
            x=frames,
            y=values,
            name=name,
            marker=dict(color=color, line_width=0),
            hovertemplate='frame %{x}: %{y}',
        )
    figure.update_layout(barmode='stack', bargap=0)
    return figure


def difference_chart(
    frames: np.ndarray, more: np.ndarray, names: Sequence[str]
) -> go.Figure:
    """Draw how many more errors one of two runs has in each frame.

    Args:
        frames: (F,) numbers of the frames.
        more: (F,) errors of the second run minus those of the first.
        names: Names of the two runs.

    Returns:
        The figure.
    """
    figure = make_figure(280, 'frame', 'more errors')
    for name, sign, color in zip(names, (-1, 1), RUN_COLORS, strict=True):
        figure.add_bar(
            x=frames,
            y=np.where(np.sign(more) == sign, more, 0),
            name=f'more errors in {escape(name)}',
            marker=dict(color=color, line_width=0),
            customdata=np.abs(more),
            hovertemplate='frame %{x}: %{customdata} more',
        )
    figure.update_layout(barmode='relative', bargap=0)
    return figure


def lengths_chart(
    truth: np.ndarray | None, lengths: Mapping[str, np.ndarray]
) -> go.Figure:
    """Draw how many tracks are how long.

    Args:
        truth: Number of frames of each person of the ground truth; None without one.
        lengths: By the name of a run, the number of frames of each of its tracks.

    Returns:
        The figure.
    """
    figure = make_figure(280, 'length in frames', 'tracks')
    groups = _with_truth(truth, lengths)
    longest = max(int(values.max(initial=1)) for _, values, _ in groups)
    edges = np.unique(np.linspace(0, longest, 13).round().astype(int))
    labels = [
        f'{low + 1}-{high}' if high > low + 1 else f'{high}'
        for low, high in pairwise(edges.tolist())
    ]
    for name, values, color in groups:
        figure.add_bar(
            x=labels,
            y=np.histogram(values, edges + 0.5)[0],
            name=escape(name),
            marker_color=color,
            hovertemplate='%{x} frames: %{y} tracks',
        )
    figure.update_layout(showlegend=len(groups) > 1, bargap=0.1)
    figure.update_xaxes(type='category', tickangle=0, tickfont_size=11)
    return figure


def speed_chart(steps: Mapping[str, Mapping[str, float]]) -> go.Figure:
    """Draw the time that a frame spends in each pipeline step.

    Args:
        steps: By step, ``median_ms`` and ``p95_ms``.

    Returns:
        The figure.
    """
    names = list(steps)[::-1]
    median = np.array([steps[name]['median_ms'] for name in names])
    p95 = np.array([steps[name]['p95_ms'] for name in names])
    figure = make_figure(90 + 34 * len(names), 'milliseconds a frame')
    figure.add_bar(
        y=[
            f'{escape(name)}: {value:.1f} ms'
            for name, value in zip(names, median, strict=True)
        ],
        x=median,
        orientation='h',
        marker_color=RUN_COLORS[0],
        error_x=dict(
            type='data',
            symmetric=False,
            array=np.maximum(p95 - median, 0),
            color='#555',
            thickness=1,
        ),
        customdata=p95,
        hovertemplate='%{y} in the median, 95 % within %{customdata:.2f} ms'
        '<extra></extra>',
    )
    return figure


def _with_truth(
    truth: np.ndarray | None, runs: Mapping[str, np.ndarray]
) -> list[tuple[str, np.ndarray, str]]:
    """Name, values and colour of the ground truth, where there is one, and of runs."""
    groups = [] if truth is None else [('ground truth', truth, TRUTH_COLOR)]
    return groups + [
        (run, values, color)
        for (run, values), color in zip(runs.items(), RUN_COLORS, strict=False)
    ]
