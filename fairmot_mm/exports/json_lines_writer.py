"""Writing tracks as JSON lines, to a file or to another program."""

import json
from pathlib import Path
from typing import Any, BinaryIO

from fairmot_mm.exports.appended_file import AppendedFile
from fairmot_mm.exports.tracked_frame import TrackedFrame, TrackedVideo


class JSONLinesWriter:
    """Writes a JSON object on a line for each frame, also for one without tracks.

    See `TrackWriter`. An object has ``video`` (name), ``frame``, ``time``, ``image``
    (for images only) and the list ``tracks``; each track has the keys of
    `fairmot_mm.exports.csv_writer.COLUMNS`. Where tracks are counted, there is also the
    list ``events`` with ``line``, ``id``, ``class`` and ``direction``.

    Args:
        path: The file to make. Its folder is created.
        video: The video; it has the names of the classes.
        grows: Whether the file has its name from the first frame on, so that others can
            follow it.
    """

    def __init__(
        self, path: str | Path, video: TrackedVideo, grows: bool = False
    ) -> None:
        self.path, self.video = Path(path), video
        self.num_frames = 0
        self._file = AppendedFile(path, grows)

    def write(self, frame: TrackedFrame) -> None:
        """Append the tracks of the next frame, see `TrackWriter`."""
        self._file.append(json_line(self.video, frame))
        self.num_frames += 1

    def close(self) -> None:
        """Finish the file and give it its name, see `TrackWriter`."""
        self._file.close()


class JSONLinesStream:
    """Writes the lines of `JSONLinesWriter` to a stream, each as soon as it is there.

    Args:
        stream: Where to write, as in ``sys.stdout.buffer``. It is not closed.
        video: The video; it has the names of the classes.
    """

    def __init__(self, stream: BinaryIO, video: TrackedVideo) -> None:
        self.stream, self.video = stream, video

    def write(self, frame: TrackedFrame) -> None:
        """Write the tracks of the next frame.

        Args:
            frame: The frame.

        Raises:
            BrokenPipeError: Nobody reads the stream any more.
        """
        # One call for the whole line: several videos may share the stream.
        self.stream.write(json_line(self.video, frame).encode())
        self.stream.flush()


def json_line(video: TrackedVideo, frame: TrackedFrame) -> str:
    """Format a frame as an object of JSON, see `JSONLinesWriter`.

    Args:
        video: The video; it has the names of the classes.
        frame: The frame.

    Returns:
        The object and a line break.
    """
    content: dict[str, Any] = {
        'video': video.name,
        'frame': frame.number,
        'time': round(frame.time, 6),
    }
    if frame.image:
        content['image'] = frame.image
    content['tracks'] = [
        {
            'id': identity,
            'class_id': label,
            'class': video.class_name(label),
            'score': float(f'{score:.6g}'),
            'x': x,
            'y': y,
            'width': width,
            'height': height,
        }
        for identity, label, score, (x, y, width, height) in zip(
            frame.ids.tolist(),
            frame.labels.tolist(),
            frame.scores.tolist(),
            frame.tlwh.round(4).tolist(),
            strict=True,
        )
    ]
    if frame.events is not None:
        content['events'] = [
            {
                'line': event.line,
                'id': event.identity,
                'class': video.class_name(event.label),
                'direction': event.direction,
            }
            for event in frame.events
        ]
    return json.dumps(content, allow_nan=False) + '\n'
