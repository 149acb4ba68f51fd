"""What is recorded of a video of an archive."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from fairmot_mm.utils import DataError

DONE, WRITING, FAILED = 'done', 'writing', 'failed'


@dataclass(frozen=True)
class VideoRecord:
    """How a video was tracked.

    Attributes:
        name: Name of the result.
        source: Path or address of the video, without passwords and keys.
        state: ``writing`` from just before the result gets its name until the record
            is final; then ``done``, or ``failed``.
        stamp: Size and time, or tag, of the video; it changes with the content.
        settings: Digest of the `Identity`, whose content is in ``records/settings``.
        weights_sha256: SHA-256 of the weights.
        chunks: First frame, and frame after the last one, of each chunk, from 0; None
            of a video that was tracked as a whole.
        split: Seconds of a chunk, and those that it shares at least, as the run was
            asked for; None where no video was to be split.
        frames: Number of frames.
        boxes: Number of rows of the result.
        people: Number of identities.
        seconds: Time that workers spent.
        num_bytes: Size of the result.
        sha256: SHA-256 of the result.
        error: Why it failed.
        warnings: What was said of the video meanwhile.
        host: Machine of the worker.
        finished: When, in UTC.
    """

    name: str
    source: str
    state: str
    stamp: str
    settings: str
    weights_sha256: str | None
    chunks: list[list[int]] | None = None
    split: list[float] | None = None
    frames: int = 0
    boxes: int = 0
    people: int = 0
    seconds: float = 0.0
    num_bytes: int = 0
    sha256: str = ''
    error: str | None = None
    warnings: tuple[str, ...] = ()
    host: str = ''
    finished: str = ''

    def in_state(self, state: str) -> 'VideoRecord':
        """Copy the record with another state.

        Args:
            state: The state.
        """
        return replace(self, state=state)

    def values(self) -> dict[str, Any]:
        """Give the fields, which JSON can hold."""
        return asdict(self)

    @classmethod
    def of_values(cls, values: dict[str, Any]) -> 'VideoRecord':
        """Make a record of its fields.

        Args:
            values: What `values` gave, perhaps by way of JSON.

        Raises:
            TypeError: They are not the fields of a record.
        """
        record = cls(**values)
        return replace(record, warnings=tuple(record.warnings))

    def encode(self) -> bytes:
        """Write the record as JSON."""
        # Bytes of a file name that are not UTF-8 stay as they are.
        text = json.dumps(self.values(), indent=1, ensure_ascii=False)
        return text.encode('utf-8', 'surrogateescape')

    @classmethod
    def decode(cls, data: bytes, place: str) -> 'VideoRecord':
        """Read a record.

        Args:
            data: What `encode` gave.
            place: The file, for messages.

        Returns:
            The record.

        Raises:
            DataError: It is no record.
        """
        values = decode_json(data, place)
        try:
            return cls.of_values(values)
        except TypeError as error:
            raise DataError(
                f'{place} is not the record of a video: remove it to have the video '
                'tracked again'
            ) from error


def decode_json(data: bytes, place: str) -> dict[str, Any]:
    """Read a JSON object.

    Args:
        data: The content of the file.
        place: The file, for messages.

    Raises:
        DataError: It is no JSON object.
    """
    try:
        values = json.loads(data.decode('utf-8', 'surrogateescape'))
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise DataError(f'{place} is not a file that this command wrote: remove it')
    return values
