"""Finding the frames in which a person's identity changes."""

from typing import NamedTuple

from fairmot_mm.evaluation.mot_protocols import PROTOCOLS, SequenceTracks
from fairmot_mm.evaluation.mot_scores import accumulate_events, require_protocol


class Switch(NamedTuple):
    """A change of the identity that the results give to a person.

    Attributes:
        frame: First frame of the new identity, from 1.
        person: Identity in the ground truth.
        old: Identity in the results before the change.
        new: Identity in the results after the change.
        last_frame: Last frame in which the person had the old identity.
    """

    frame: int
    person: int
    old: int
    new: int
    last_frame: int


def find_switches(
    sequence: SequenceTracks, protocol: str = 'motchallenge'
) -> list[Switch]:
    """Find the identity switches that `evaluate_sequences` counts.

    Args:
        sequence: Ground truth and results.
        protocol: See `evaluate_sequences`.

    Returns:
        The switches in the order of frames.

    Raises:
        ConfigError: Unknown protocol.
        DataError: Rows that the protocol refuses.
    """
    from motmetrics import lap

    require_protocol(protocol)
    # Other solvers, if installed, decide ties differently.
    with lap.set_default_solver('lap'):
        events = accumulate_events(PROTOCOLS[protocol](sequence)).mot_events
    events = events[events['Type'].isin(['MATCH', 'SWITCH'])].reset_index()
    switches = []
    last: dict[int, tuple[int, int]] = {}
    columns = (events[name] for name in ('FrameId', 'Type', 'OId', 'HId'))
    for frame, kind, person, identity in zip(*columns, strict=True):
        frame, person, identity = int(frame), int(person), int(identity)
        if kind == 'SWITCH':
            last_frame, old = last[person]
            switches.append(Switch(frame, person, old, identity, last_frame))
        last[person] = (frame, identity)
    return switches
