"""Finding the frames in which a person's identity changes."""

from fairmot_mm.evaluation.box_outcomes import Switch, find_outcomes
from fairmot_mm.evaluation.mot_protocols import SequenceTracks


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
    return find_outcomes(sequence, protocol).switches
