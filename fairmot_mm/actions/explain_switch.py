"""Explains identity switches as text and as pictures."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from tabulate import tabulate

from fairmot_mm.apis import build_tracker
from fairmot_mm.evaluation import (
    DetectedSequence,
    Switch,
    find_switches,
    load_detections,
    track_sequence,
)
from fairmot_mm.models.trackers import JDETracker
from fairmot_mm.models.trackers.explanation import Candidate, Explainer
from fairmot_mm.models.trackers.frame_record import FrameRecord
from fairmot_mm.utils import ConfigError, DataError, atomic_path, cli, write_text
from fairmot_mm.utils.boxes import tlwh_to_xyxy
from fairmot_mm.utils.frame_numbering import format_frames
from fairmot_mm.utils.images import read_image
from fairmot_mm.visualization import Link, draw_candidates

COLUMNS = ('track', 'state', 'detection', 'score', 'embeds', 'motion', '1 - IoU', 'why')


class Replay:
    """Runs a tracker over a sequence as often as needed and keeps records of frames.

    A tracker counts the frames that it gets: `FrameRecord.frame` is a place, from 1.
    Rows and switches have the numbers of frames, which may begin elsewhere and have
    gaps.

    Args:
        tracker: A `JDETracker`.
        sequence: The detections.
    """

    def __init__(self, tracker: Any, sequence: DetectedSequence) -> None:
        if not isinstance(tracker, JDETracker):
            raise ConfigError(
                'model.tracker must be a JDETracker: other trackers do not tell what '
                'they considered'
            )
        self.tracker, self.sequence = tracker, sequence
        self.first_places: dict[int, int] = {}
        tracker.observer = self._note_births
        self.rows = track_sequence(tracker, sequence)

    def _note_births(self, record: FrameRecord) -> None:
        for identity in record.ids[record.begun].tolist():
            self.first_places.setdefault(identity, record.frame)

    def place(self, number: int) -> int:
        """Find the place of a frame, from 1."""
        places = np.flatnonzero(self.sequence.frames == number)
        if not len(places):
            known = format_frames(self.sequence.frames)
            raise DataError(f'frame {number} is not in {known}')
        return int(places[0]) + 1

    def number(self, place: int) -> int:
        """Find the number of the frame at a place, from 1."""
        return int(self.sequence.frames[place - 1])

    def explainers(self, places: Iterable[int]) -> dict[int, Explainer]:
        """Explain what the tracker considered in the frames at some places."""
        records: list[FrameRecord] = []
        wanted = set(places)

        def keep(record: FrameRecord) -> None:
            if record.frame in wanted:
                records.append(record)

        self.tracker.observer = keep
        track_sequence(self.tracker, self.sequence)
        return {each.frame: Explainer(each, self.tracker.motion) for each in records}

    def switches(self) -> list[Switch]:
        """Find the switches against the ground truth."""
        sequence = self.sequence
        if len(sequence.gt) == 0:
            raise DataError(
                f'{sequence.name} has no ground truth to find switches with: name '
                '--frame and --id'
            )
        return find_switches(sequence.to_score(self.rows))

    def places_of(self, switch: Switch) -> tuple[int, int]:
        """Find the place that lost the old identity, and the one that gave the new one.

        A track begins a frame or more before it is confirmed and seen as a switch.
        """
        born = self.first_places.get(switch.new, 0)
        last, taken = self.place(switch.last_frame), self.place(switch.frame)
        taken = born if last < born <= taken else taken
        return min(last + 1, taken), taken


def table(candidates: list[Candidate]) -> str:
    """Write candidates as text."""
    rows = [
        (
            f'{each.track}{" *" if each.paired else ""}', each.state, each.col,
            f'{each.score:.2f}', f'{each.embed_distance:.3f}', f'{each.motion:.1f}',
            f'{each.overlap_cost:.2f}', '; '.join(each.reasons),
        )
        for each in candidates
    ]  # fmt: skip
    return tabulate(rows, COLUMNS, disable_numparse=True) if rows else '(none)'


def picture(
    replay: Replay, explainer: Explainer, candidates: list[Candidate], header: str
) -> np.ndarray:
    """The frame of a decision with its candidates; grey where there is no image."""
    sequence, record = replay.sequence, explainer.record
    if sequence.images:
        image = read_image(str(sequence.images[record.frame - 1]))
    else:
        image = np.full((*sequence.ori_shape, 3), 96, dtype=np.uint8)
    rows = list(dict.fromkeys(each.row for each in candidates))
    cols = list(dict.fromkeys(each.col for each in candidates))
    predicted = tlwh_to_xyxy(replay.tracker.motion.to_tlwh(record.tracks.mean[rows]))
    found = tlwh_to_xyxy(record.detections.tlwh[cols])
    links = []
    for each in candidates:
        ends = rows.index(each.row), cols.index(each.col)
        links.append(Link(*ends, each.paired, f'{each.embed_distance:.2f}'))
    tracks = predicted, record.tracks.ids[rows]
    detections = found, [f'detection {col}' for col in cols]
    return draw_candidates(image, tracks, detections, links, header)


class Decision(NamedTuple):
    """What the tracker decided about a track or a detection.

    Attributes:
        title: The frame, and the track or the detection.
        explainer: Explains the frame.
        candidates: What the tracker considered.
        end: What it decided, a sentence without a full stop.
    """

    title: str
    explainer: Explainer
    candidates: list[Candidate]
    end: str

    @property
    def text(self) -> str:
        """The decision as text."""
        return f'{self.title}\n{table(self.candidates)}\n-> {self.end}\n'

    def picture(self, replay: Replay) -> np.ndarray:
        """The decision as a picture."""
        return picture(replay, self.explainer, self.candidates, self.title)


def identity_decision(
    replay: Replay, explainer: Explainer, identity: int, limit: int
) -> Decision:
    """Find out what an identity did in a frame.

    Raises:
        DataError: It had no part in the frame.
    """
    row, col = explainer.row_of(identity), explainer.col_of(identity)
    frame = replay.number(explainer.record.frame)
    if row is not None:
        title = f'Frame {frame}: track {identity}, {explainer.state(row)}'
        candidates = explainer.of_track(row, limit)
        return Decision(title, explainer, candidates, explainer.outcome(row))
    if col is not None:
        title = f'Frame {frame}: detection {col} began track {identity}'
        end = 'no track was paired with it, and it was strong enough to begin one'
        return Decision(title, explainer, explainer.of_detection(col, limit), end)
    raise DataError(f'track {identity} neither lives nor begins in frame {frame}')


def switch_decisions(
    replay: Replay, switch: Switch, limit: int, explainers: dict[int, Explainer]
) -> list[Decision]:
    """Find out where the old identity was lost, and where the new one was given.

    Args:
        replay: The tracker and its tracks.
        switch: The switch.
        limit: Most candidates of a decision.
        explainers: What `Replay.explainers` gives for `Replay.places_of` the switch.

    Returns:
        The decision about the old identity, if it was lost before, and that about the
        detection of the new one.
    """
    lost, taken = replay.places_of(switch)
    decisions = []
    if lost < taken and explainers[lost].row_of(switch.old) is not None:
        decisions = [identity_decision(replay, explainers[lost], switch.old, limit)]
    explainer = explainers[taken]
    col, row = explainer.col_of(switch.new), explainer.row_of(switch.old)
    assert col is not None  # the frame gave the detection the new identity
    candidates = explainer.of_detection(col, limit)
    if row is not None and all(each.row != row for each in candidates):
        candidates.append(explainer.pair(row, col))
    verb = 'began' if explainer.record.begun[col] else 'continued'
    title = f'Frame {replay.number(taken)}: detection {col} {verb} track {switch.new}'
    end = conclusion(replay, explainer, switch, row, col)
    return [*decisions, Decision(title, explainer, candidates, end)]


def explain_switch(
    replay: Replay, switch: Switch, limit: int, explainers: dict[int, Explainer]
) -> tuple[str, np.ndarray]:
    """Explain where the old identity was lost, and where the new one was given."""
    decisions = switch_decisions(replay, switch, limit, explainers)
    parts = [
        f'{replay.sequence.name}: person {switch.person} was track {switch.old} until '
        f'frame {switch.last_frame} and is track {switch.new} from frame {switch.frame}'
    ]
    if len(decisions) > 1:
        parts.append(f'Where track {switch.old} left the person:\n{decisions[0].text}')
    parts.append(decisions[-1].text)
    panels = [each.picture(replay) for each in decisions]
    return '\n\n'.join(parts), np.concatenate(panels, axis=1)


def conclusion(
    replay: Replay, explainer: Explainer, switch: Switch, row: int | None, col: int
) -> str:
    """Say in a sentence why the old identity did not get the detection."""
    if row is not None:
        pair = explainer.pair(row, col)
        reasons = '; '.join(pair.reasons)
        return f'track {switch.old} ({pair.state}) did not get it: {reasons}'
    rows, place = replay.rows[replay.rows.ids == switch.old], explainer.record.frame
    last = rows.frames[rows.frames < replay.number(place)].max()
    kept = replay.tracker.max_lost(replay.sequence.frame_rate)
    buffer = replay.tracker.track_buffer
    text = f'track {switch.old} had ended, it was last seen in frame {last}'
    if place - replay.place(last) > kept:
        frames = '1 frame' if kept == 1 else f'{kept} frames'
        text += f': track_buffer={buffer} keeps it for {frames} at this frame rate'
    return text


def save(out: Path | None, name: str, text: str, image: np.ndarray) -> None:
    """Print the text; write it and the picture where there is a folder."""
    print(f'\n{text}')
    if out is None:
        return
    write_text(out / f'{name}.txt', text)
    with atomic_path(out / f'{name}.png') as temporary:
        temporary.write_bytes(cv2.imencode('.png', image)[1].tobytes())
    print(f'picture: {out / name}.png')


def chosen(switches: list[Switch], number: str) -> dict[int, Switch]:
    """Choose switches by their number, from 1, or all of them."""
    numbered = dict(enumerate(switches, 1))
    if number == 'all':
        return numbered
    if not number.isdigit() or int(number) not in numbered:
        raise ConfigError(f'--switch {number}: there are {len(switches)}, from 1')
    return {int(number): numbered[int(number)]}


def explain(args: argparse.Namespace) -> None:
    """List switches, or explain what was asked for."""
    sequence = load_detections(args.detections)
    replay = Replay(build_tracker(args.config, args.cfg_options), sequence)
    if args.frame is not None:
        place = replay.place(args.frame)
        explainer = replay.explainers([place])[place]
        decision = identity_decision(replay, explainer, args.id, args.candidates)
        name = f'{sequence.name}-frame{args.frame}-id{args.id}'
        save(args.out, name, decision.text, decision.picture(replay))
        return
    switches = replay.switches()
    if args.switch is None:
        rows = [(number, *switch) for number, switch in enumerate(switches, 1)]
        print(tabulate(rows, ('switch', *Switch._fields)))
        return
    wanted = chosen(switches, args.switch)
    places = [place for switch in wanted.values() for place in replay.places_of(switch)]
    explainers = replay.explainers(places)
    for number, switch in cli.show_progress(wanted.items(), 'explaining'):
        text, image = explain_switch(replay, switch, args.candidates, explainers)
        save(args.out, f'{sequence.name}-switch{number}', text, image)
