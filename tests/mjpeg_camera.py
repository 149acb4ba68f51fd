"""A camera that sends JPEGs over HTTP, as many do, and that can break and come back."""

import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np


class MJPEGCamera:
    """Serves one grey picture after another on this machine.

    Attributes:
        frame_rate: Frames a second.
        num_frames: Frames after which a connection ends.
        frozen: Set while the camera sends nothing.
    """

    def __init__(self, frame_rate=20, num_frames=10_000, port=0):
        self.frame_rate, self.num_frames = frame_rate, num_frames
        self.frozen = threading.Event()
        self._broken = threading.Event()
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                kind = 'multipart/x-mixed-replace; boundary=frame'
                self.send_header('Content-Type', kind)
                self.end_headers()
                with suppress(OSError):
                    camera._send(self.wfile)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(('127.0.0.1', port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self.url = f'http://me:geheim@127.0.0.1:{self.port}/main.mjpg'
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _send(self, file):
        start = time.monotonic()
        for number in range(self.num_frames):
            image = np.full((48, 64, 3), 50 + number % 100, np.uint8)
            jpeg = cv2.imencode('.jpg', image)[1].tobytes()
            pause = start + number / self.frame_rate - time.monotonic()
            if self._broken.wait(max(0, pause)):
                return
            while self.frozen.is_set() and not self._broken.wait(0.01):
                pass
            head = b'--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n'
            file.write(head % len(jpeg) + jpeg + b'\r\n')
            file.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        """End all connections, and accept no other one."""
        self._broken.set()
        self._server.shutdown()
        self._server.server_close()
