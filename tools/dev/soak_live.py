"""Track an endless live stream, and say whether memory stays flat.

    python tools/dev/soak_live.py                             # 20,000 frames
    python tools/dev/soak_live.py --frames 2000 --every 100 -- --detect-every 4

A rendered street comes again and again as MJPEG from a server of this program, faster
than it is tracked, so that the tracker never waits. Frames that are left out do not
count.
`fairmot track` runs with everything that lasts as long as the stream: a page with a
viewer, segments with text, CSV, JSON lines and mp4, counts at a line and in a zone,
and crops. A live stream that ends is an error of the command, which is expected here.
"""

import argparse
import http.client
import itertools
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO, NamedTuple

import fairmot_mm.environment  # noqa: F401, the first import

# isort: split
import cv2

from fairmot_mm.synthetic import SyntheticScene

WIDTH, HEIGHT = 320, 176
# Frames are sent so many times as fast as they were tracked in the last ten seconds.
# With less, a machine that is busy with other work would slow both down more and more.
HURRY = 1.5
BOUNDARY = b'\r\n--frame\r\n'
LOG = 'log.txt'
POLL = 0.2  # seconds between two looks at the run
FLAT = 0.02  # largest growth of the memory from the second quarter to the last one


class Mark(NamedTuple):
    """The memory of the command after some frames.

    Attributes:
        tracked: Frames that have a result.
        sent: Number of the last of them in the stream.
        seconds: Since the first one.
        memory: Resident memory in MB.
        threads: Number of threads.
    """

    tracked: int
    sent: int
    seconds: float
    memory: float
    threads: int

    def __str__(self) -> str:
        return (
            f'{self.tracked:8d} frames of {self.sent:8d} {self.seconds:8.0f} s '
            f'{self.memory:8.1f} MB {self.threads:3d} threads'
        )


class Stream:
    """Sends a clip again and again.

    Args:
        jpegs: The frames of the clip.
        pace: Frames a second at the beginning.

    Attributes:
        url: Address of the stream.
        pace: Frames a second; it may be changed.
        is_over: Is set where the stream shall end.
    """

    def __init__(self, jpegs: list[bytes], pace: float) -> None:
        self._jpegs, self.pace = jpegs, pace
        self.is_over = threading.Event()
        stream = self

        class Handler(BaseHTTPRequestHandler):
            """Sends the stream to a client."""

            def do_GET(self) -> None:
                """Send frames until the end."""
                self.send_response(200)
                kind = 'multipart/x-mixed-replace; boundary=frame'
                self.send_header('Content-Type', kind)
                self.end_headers()
                with suppress(OSError):
                    stream.send(self)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self._server.daemon_threads = True
        self.url = f'http://127.0.0.1:{self._server.server_port}/street.mjpg'
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def send(self, client: BaseHTTPRequestHandler) -> None:
        """Send frames to a client until the end.

        Args:
            client: Who asked for them.
        """
        client.wfile.write(BOUNDARY)
        due = time.monotonic()
        for jpeg in itertools.cycle(self._jpegs):
            due = max(due + 1 / self.pace, time.monotonic() - 1)
            if self.is_over.wait(max(0.0, due - time.monotonic())):
                return
            head = b'Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n'
            client.wfile.write(head % len(jpeg) + jpeg + BOUNDARY)


class Lines:
    """Counts the JSON lines of a run, also while it writes them.

    Args:
        folder: Folder of the segments.

    Attributes:
        count: Number of lines, which is that of tracked frames.
        segments: Number of segments.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self.count, self.segments = folder, 0, 0
        self._file: BinaryIO | None = None
        self._last = b''

    def update(self) -> None:
        """Read what is new."""
        while True:
            for line in self._file or ():
                self.count, self._last = self.count + 1, line
            found = [*self._folder.glob(f'*_{self.segments + 1:04d}.jsonl')]
            if not found:
                return
            self.segments += 1
            self._file = found[0].open('rb')

    @property
    def frame(self) -> int:
        """Number of the last frame in the stream, with those that were left out."""
        return int(json.loads(self._last)['frame'])

    @property
    def name(self) -> str:
        """Name of the stream."""
        return str(json.loads(self._last)['video']).rsplit('_', 1)[0]


def render() -> list[bytes]:
    """Render ten seconds of a street as JPEGs."""
    scene = SyntheticScene(3, 8, width=WIDTH, height=HEIGHT, num_frames=300)
    return [cv2.imencode('.jpg', image)[1].tobytes() for image, _ in scene.frames()]


def begin(args: argparse.Namespace, url: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start `fairmot track` with everything that lasts as long as the stream."""
    middle, bottom = WIDTH // 2, HEIGHT - 1
    options = [
        *('--serve', '0', '--segment', args.segment, '--timeout', '10min'),
        *('--format', 'mot,csv,jsonl', '--crops', folder / 'crops'),
        *('--count-line', f'{middle},0,{middle},{bottom}'),
        *('--zone', f'0,0,{middle},0,{middle},{bottom},0,{bottom}'),
        *('--out', folder / 'out', '--device', 'cpu', *args.options),
    ]
    command = [sys.executable, '-m', 'fairmot_mm', 'track', url, *map(str, options)]
    with (folder / LOG).open('wb') as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def page_of(process: subprocess.Popen[bytes], folder: Path) -> int:
    """Wait for the port of the page."""
    while True:
        is_over = process.poll() is not None
        said = (folder / LOG).read_text()
        if found := re.search(r'can be seen at http://127\.0\.0\.1:(\d+)/', said):
            return int(found[1])
        if is_over:
            raise SystemExit(f'the command ended before it had a page:\n{said}')
        time.sleep(POLL)


def look(port: int, name: str) -> None:
    """Take the pictures of the page as fast as they come, and throw them away."""
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection('127.0.0.1', port)
        connection.request('GET', f'/stream/{name}')
        answer = connection.getresponse()
        while answer.read1():
            pass


def memory_of(process: subprocess.Popen[bytes]) -> tuple[float, int]:
    """Resident memory in MB and number of threads of a process."""
    text = Path(f'/proc/{process.pid}/status').read_text()
    kilobytes, threads = (
        int(re.findall(rf'^{key}:\s+(\d+)', text, re.MULTILINE)[0])
        for key in ('VmRSS', 'Threads')
    )
    return kilobytes * 1024 / 1e6, threads


def watch(
    process: subprocess.Popen[bytes],
    folder: Path,
    stream: Stream,
    args: argparse.Namespace,
) -> list[Mark]:
    """Follow the run by its JSON lines, set the pace, and take down the memory."""
    port = page_of(process, folder)
    lines, marks = Lines(folder / 'out'), list[Mark]()
    recent: deque[tuple[float, int]] = deque(maxlen=round(10 / POLL))
    start = 0.0
    while process.poll() is None and lines.count < args.frames:
        time.sleep(POLL)
        lines.update()
        if not lines.count:
            continue
        now = time.monotonic()
        if not start:
            start = now
            threading.Thread(target=look, args=[port, lines.name], daemon=True).start()
        recent.append((now, lines.count))
        passed, tracked = (b - a for a, b in zip(recent[0], recent[-1], strict=True))
        if passed > 1:
            stream.pace = min(args.pace, max(1.0, HURRY * tracked / passed))
        if lines.count >= (len(marks) + 1) * args.every:
            memory = memory_of(process)
            marks.append(Mark(lines.count, lines.frame, now - start, *memory))
            print(marks[-1], flush=True)
    stream.is_over.set()
    return marks


def growth(marks: list[Mark]) -> float:
    """Growth of the memory from the second quarter of the run to the last one."""
    quarter = len(marks) // 4
    second, last = (
        statistics.mean(mark.memory for mark in part)
        for part in (marks[quarter : 2 * quarter], marks[-quarter:])
    )
    return last / second - 1


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--frames', type=int, default=20_000, help='%(default)s')
    parser.add_argument(
        '--every', type=int, default=1000, help='frames between two marks (%(default)s)'
    )
    parser.add_argument(
        '--pace', type=float, default=60, help='most frames a second (%(default)s)'
    )
    parser.add_argument('--segment', default='1min', help='%(default)s')
    parser.add_argument(
        'options', nargs='*', help='more options of `fairmot track`, after --'
    )
    args = parser.parse_args()
    if args.frames < 8 * args.every:
        parser.error('--frames must be at least eight times --every')
    return args


def main() -> None:
    """Run the tool; its status is 1 if memory grows."""
    args = parse_args()
    stream = Stream(render(), args.pace)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process = begin(args, stream.url, folder)
        try:
            marks = watch(process, folder, stream, args)
            process.wait(120)
        finally:
            process.kill()
        for line in (folder / LOG).read_text().replace('\r', '\n').splitlines():
            if re.search(r'error: |line-|zone-|crops', line):
                print(line)
        lines = Lines(folder / 'out')
        lines.update()
        size = sum(file.stat().st_size for file in folder.rglob('*') if file.is_file())
    print(
        f'{lines.count} of {lines.frame} frames tracked, {lines.segments} segments, '
        f'{size / 1e6:.0f} MB of files'
    )
    if len(marks) < 8:
        raise SystemExit('the run ended too early to compare anything')
    grown = growth(marks)
    is_flat = grown <= FLAT
    print(f'memory is {"flat" if is_flat else "not flat"}: {100 * grown:+.1f} %')
    raise SystemExit(0 if is_flat else 1)


if __name__ == '__main__':
    os.environ.setdefault('OMP_NUM_THREADS', '1')
    main()
