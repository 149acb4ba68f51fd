"""A run in a browser: the annotated stream and its numbers."""

import asyncio
import hmac
import secrets
import socket
import threading
from concurrent.futures import Future
from contextlib import aclosing, suppress
from copy import deepcopy
from typing import TYPE_CHECKING

from mmdet.structures import DetDataSample

from fairmot_mm.exports.count_board import CountBoard
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.serve_address import bind, is_loopback, parse_address
from fairmot_mm.video.live_channel import LiveChannel
from fairmot_mm.video.live_page import PAGE
from fairmot_mm.visualization import TrackVisualizer

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.typedefs import Handler

_COOKIE = 'fairmot_token'
_BOUNDARY = b'--frame\r\n'
_LOCAL_NAMES = ('localhost', '127.0.0.1', '::1')


class LiveView:
    """Serves a page with the annotated frames of a run and its numbers.

    The server runs in a thread. A viewer gets the newest picture as fast as it takes
    pictures, so that a slow or stopped viewer holds up nobody. A picture is drawn and
    compressed once, however many viewers there are, and not at all without viewers.

    On an address that only this machine reaches, everybody may look. On any other one
    the page needs a token, which `url` contains.

    Args:
        address: A port of this machine, as in ``8080``, or ``HOST:PORT``. Port 0 lets
            the system choose.
        visualizer: Draws the frames; each stream gets a copy.
        blur: How people are blurred, see `OutputOptions`; None: they are not.

    Raises:
        ConfigError: ``address`` is malformed, or aiohttp is not installed.
        OutputError: The address cannot be used.

    Example:
        >>> with closing(LiveView('8080')) as view:
        ...     run = TrackInferencer()('rtsp://10.0.0.5/main')
        ...     for sample in run:
        ...         view.show('door', sample, run.counts.get('main'))
    """

    def __init__(
        self,
        address: str | int,
        visualizer: TrackVisualizer | None = None,
        blur: str | None = None,
    ) -> None:
        _require_aiohttp()
        self.visualizer, self._blur = visualizer or TrackVisualizer(), blur
        host, port = parse_address(str(address))
        self._socket = bind(host, port)
        self._is_local = is_loopback(self._socket)
        self._token = None if self._is_local else secrets.token_urlsafe(24)
        self._channels: dict[str, LiveChannel] = {}
        self._loop = asyncio.new_event_loop()
        self._ended = asyncio.Event()
        started: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=[started], daemon=True)
        self._thread.start()
        started.result()

    @property
    def url(self) -> str:
        """Address of the page, with the token if one is needed."""
        host, port = self._socket.getsockname()[:2]
        if host in ('0.0.0.0', '::'):
            host = socket.gethostname()
        shown = f'[{host}]' if ':' in host else host
        token = '' if self._token is None else f'?token={self._token}'
        return f'http://{shown}:{port}/{token}'

    def show(
        self, name: str, sample: DetDataSample, board: CountBoard | None = None
    ) -> None:
        """Show a result in place of the one before; this takes no time.

        Args:
            name: Name of the stream.
            sample: A result of an inferencer, with its ``frame``.
            board: What was counted up to this result, see `Run.counts`; None if nothing
                is counted.

        Raises:
            DataError: The result has no frame any more.
        """
        channel = self._channels.get(name)
        if channel is None:
            channel = LiveChannel(name, deepcopy(self.visualizer), self._blur)
            channel.visualizer.reset()
            self._channels[name] = channel
        channel.put(sample, board)
        if channel.num_viewers:
            with suppress(RuntimeError):  # the server has ended
                self._loop.call_soon_threadsafe(channel.fresh.set)

    def close(self) -> None:
        """End the server and all connections. A second call does nothing."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    def _run(self, started: 'Future[None]') -> None:
        asyncio.set_event_loop(self._loop)
        try:
            runner = self._loop.run_until_complete(self._start())
        except BaseException as error:  # of any kind: the constructor raises it
            started.set_exception(error)
            return
        started.set_result(None)
        self._loop.run_until_complete(self._end(runner))
        self._loop.close()

    async def _start(self) -> 'web.AppRunner':
        from aiohttp import web

        @web.middleware
        async def guard(request: web.Request, handler: 'Handler') -> web.StreamResponse:
            return self._refusal(request) or await handler(request)

        app = web.Application(middlewares=[guard])
        app.router.add_get('/', self._page)
        app.router.add_get('/status', self._status)
        app.router.add_get('/stream/{name}', self._stream)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.SockSite(runner, self._socket).start()
        return runner

    async def _end(self, runner: 'web.AppRunner') -> None:
        """Wait for `close`, then end all connections."""
        await self._ended.wait()
        for channel in self._channels.values():
            await channel.end()
        await runner.cleanup()

    def _refusal(self, request: 'web.Request') -> 'web.Response | None':
        """What a request gets in place of an answer, or None.

        Without a token, other sites that pretend to be this machine are refused.
        """
        from aiohttp import web

        if self._token is None:
            if request.url.host in _LOCAL_NAMES:
                return None
            return web.Response(text='open this page as 127.0.0.1\n', status=403)
        given = request.query.get('token')
        shown = given or request.cookies.get(_COOKIE, '')
        if not hmac.compare_digest(shown.encode(), self._token.encode()):
            text = 'open the address that fairmot has printed\n'
            return web.Response(text=text, status=401)
        if given is None:
            return None
        # The next address is without the token, which then is not in the history.
        answer = web.Response(status=303, headers={'Location': request.path})
        answer.set_cookie(_COOKIE, self._token, httponly=True, samesite='Strict')
        return answer

    async def _page(self, request: 'web.Request') -> 'web.Response':
        from aiohttp import web

        return web.Response(text=PAGE, content_type='text/html')

    async def _status(self, request: 'web.Request') -> 'web.Response':
        from aiohttp import web

        return web.json_response([c.status() for c in [*self._channels.values()]])

    async def _stream(self, request: 'web.Request') -> 'web.StreamResponse':
        """Send picture after picture until the viewer leaves or the run ends."""
        from aiohttp import web

        channel = self._channels.get(request.match_info['name'])
        if channel is None:
            raise web.HTTPNotFound(text='there is no stream of this name\n')
        answer = web.StreamResponse(
            headers={
                'Content-Type': 'multipart/x-mixed-replace; boundary=frame',
                'Cache-Control': 'no-store',
            }
        )
        await answer.prepare(request)
        async with aclosing(channel.pictures()) as pictures:
            with suppress(ConnectionError):
                await answer.write(_BOUNDARY)
                async for picture in pictures:
                    head = b'Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n'
                    # Browsers show a picture when the next boundary has arrived.
                    await answer.write(
                        head % len(picture) + picture + b'\r\n' + _BOUNDARY
                    )
        return answer


def _require_aiohttp() -> None:
    try:
        import aiohttp  # noqa: F401
    except ImportError as error:
        raise ConfigError(
            f'a page in the browser needs aiohttp ({error}): pip install '
            "'fairmot_mm[serve]'"
        ) from error
