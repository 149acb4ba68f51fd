"""The page that shows a run, seen by viewers of all kinds."""

import http.client
import json
import socket
import threading
import time
from contextlib import closing

import cv2
import numpy as np
import pytest
import torch
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData

from fairmot_mm.exports import Count, CountBoard
from fairmot_mm.utils import ConfigError, DataError, OutputError
from fairmot_mm.video.frame import Frame
from fairmot_mm.video.live_channel import LiveChannel
from fairmot_mm.video.live_view import LiveView
from fairmot_mm.visualization import TrackVisualizer

pytest.importorskip('aiohttp')


class CountingVisualizer(TrackVisualizer):
    """Counts the pictures that are drawn."""

    drawn = 0

    def draw(self, *args, **kwargs):
        CountingVisualizer.drawn += 1
        return super().draw(*args, **kwargs)


def result(frame_id, ids=(1, 2), width=64):
    sample = DetDataSample(metainfo={'frame_id': frame_id})
    sample.pred_track_instances = InstanceData(
        bboxes=torch.tensor([[4.0, 4.0, 20.0, 40.0]] * len(ids)),
        instances_id=torch.tensor(ids, dtype=torch.long),
    )
    image = np.full((48, width, 3), 30 + frame_id % 200, np.uint8)
    sample.frame = Frame(image, 'door', arrived=time.monotonic() - 0.5)
    return sample


def ask(view, path='/', headers=None):
    port = int(view.url.split(':')[-1].split('/')[0])
    connection = http.client.HTTPConnection('127.0.0.1', port, timeout=10)
    connection.request('GET', path, headers=headers or {})
    return connection.getresponse()


def status(view):
    return json.loads(ask(view, '/status').read())


@pytest.fixture
def view():
    CountingVisualizer.drawn = 0
    with closing(LiveView(0, CountingVisualizer())) as view:
        yield view


@pytest.fixture
def running(view):
    """A run that shows 100 results a second; the value is the longest call."""
    over, longest = threading.Event(), [0.0]

    def track():
        frame_id = 0
        while not over.wait(0.01):
            start = time.perf_counter()
            view.show('door', result(frame_id))
            longest[0] = max(longest[0], time.perf_counter() - start)
            frame_id += 1

    thread = threading.Thread(target=track)
    thread.start()
    while not status(view):
        time.sleep(0.01)
    yield longest
    over.set()
    thread.join()


def picture(answer):
    """The next picture of a stream of JPEGs."""
    while not (line := answer.readline()).lower().startswith(b'content-length'):
        assert line, 'the stream has ended'
    answer.readline()
    jpeg = np.frombuffer(answer.read(int(line.split(b':')[1])), np.uint8)
    return cv2.imdecode(jpeg, cv2.IMREAD_COLOR)


def test_the_page_and_its_numbers(view):
    """People now and so far, the delay, and no number that is not known."""
    assert b'people now' in ask(view).read()
    assert status(view) == []
    for frame_id, ids in enumerate([(1, 2), (2, 5), (5,)]):
        view.show('door', result(frame_id, ids))
    (door,) = status(view)
    assert (door['name'], door['people'], door['total']) == ('door', 1, 3)
    assert door['frame'] == 3
    assert 0.5 <= door['delay'] < 5
    assert ask(view, '/stream/cellar').status == 404


def test_viewers_see_the_newest_picture(view, running):
    """Each gets other pictures one after another; wide ones are scaled."""
    answer = ask(view, '/stream/door')
    assert answer.getheader('Content-Type').startswith('multipart/x-mixed-replace')
    greys = [int(picture(answer)[46, 60, 0]) for _ in range(3)]
    assert len(set(greys)) == 3
    view.show('wide', result(0, width=3000))
    assert picture(ask(view, '/stream/wide')).shape[1] == 1280


def test_nothing_is_drawn_without_viewers(view, running):
    """The run pays only for a page that somebody looks at."""
    time.sleep(0.3)
    assert CountingVisualizer.drawn == 0


def test_many_viewers_and_some_that_are_killed(view, running):
    """Twenty viewers cost what one costs, and leave nothing behind."""
    viewers = [ask(view, '/stream/door') for _ in range(20)]
    for answer in viewers:
        picture(answer)
    before = CountingVisualizer.drawn
    time.sleep(1)
    assert CountingVisualizer.drawn - before <= 17  # not twenty times as many
    for answer in viewers:
        answer.fp.close()  # in the middle of a picture
    end = time.perf_counter() + 10
    while status(view)[0]['viewers'] and time.perf_counter() < end:
        time.sleep(0.05)
    assert status(view)[0]['viewers'] == 0
    assert running[0] < 1.0  # no call waited for a viewer


def test_a_viewer_that_does_not_read_holds_up_nobody(view, running):
    """The others get their pictures."""
    sleeper = ask(view, '/stream/door')
    answer = ask(view, '/stream/door')
    assert [picture(answer).shape for _ in range(5)] == [(48, 64, 3)] * 5
    sleeper.close()


def test_a_page_for_others_needs_the_token():
    """It is in the address that is printed, then in a cookie hidden from scripts."""
    with closing(LiveView('0.0.0.0:0')) as view:
        token = view.url.partition('token=')[2]
        assert len(token) >= 32
        for path in ('/', '/status', '/stream/door', '/?token=', f'/?token={token}x'):
            assert ask(view, path).status == 401
        assert ask(view, '/', {'Cookie': 'fairmot_token=wrong'}).status == 401
        welcome = ask(view, f'/?token={token}')
        assert (welcome.status, welcome.getheader('Location')) == (303, '/')
        cookie = welcome.getheader('Set-Cookie')
        assert 'HttpOnly' in cookie
        assert 'SameSite=Strict' in cookie
        assert ask(view, '/', {'Cookie': cookie.split(';')[0]}).status == 200
    with closing(LiveView('0.0.0.0:0')) as other:
        assert other.url.partition('token=')[2] != token


def test_other_sites_are_refused(view):
    """A name of another site that leads to this machine opens nothing."""
    assert ask(view, '/', {'Host': 'evil.example:8080'}).status == 403
    assert ask(view, '/', {'Host': 'localhost:9000'}).status == 200  # a tunnel
    assert 'token' not in view.url


def test_addresses_that_cannot_be_used(view):
    """One line, before anything is tracked."""
    port = view.url.split(':')[-1].strip('/')
    with pytest.raises(OutputError, match=f'{port}.*another port'):
        LiveView(port)
    with pytest.raises(ConfigError, match='HOST:PORT'):
        LiveView('here')


def test_the_end(view, running):
    """Closing ends the pictures and frees the port; a run may go on without a page."""
    answer = ask(view, '/stream/door')
    picture(answer)
    port = int(view.url.split(':')[-1].strip('/'))
    start = time.perf_counter()
    view.close()
    view.close()
    assert time.perf_counter() - start < 8
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(('127.0.0.1', port))
    view.show('door', result(0))


def test_who_is_blurred_in_the_mp4_is_blurred_on_the_page():
    """The page never shows more of a person than the files do."""
    sample = result(0)
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    sample.frame = Frame(noise, 'door')
    spread = {}
    for blur in (None, 'body'):
        channel = LiveChannel('door', TrackVisualizer(), blur)
        channel.put(sample)
        jpeg = np.frombuffer(channel._draw(channel._newest), np.uint8)
        spread[blur] = cv2.imdecode(jpeg, cv2.IMREAD_COLOR)[20:36, 8:16].std()
    assert spread['body'] < spread[None] / 2


def test_counts_on_the_page(view):
    """Sums at lines and zones, people of each class, and both in the picture."""
    counts = (Count('line-1', 0, 3, 2, None), Count('zone-1', 1, 1, 0, 1))
    shapes = {'line-1': ((0, 24), (64, 24)), 'zone-1': ((2, 2), (9, 2), (9, 9))}
    view.visualizer.dataset_meta = {'classes': ('person', 'car')}
    sample = result(0)
    sample.pred_track_instances.labels = torch.tensor([1, 1])
    view.show('door', sample, CountBoard(shapes, counts, ('person', 'car')))
    del sample.frame  # the page has its own
    (shown,) = status(view)
    assert shown['counts'] == [
        {'line': 'line-1', 'class': 'person', 'in': 3, 'out': 2, 'inside': None},
        {'line': 'zone-1', 'class': 'car', 'in': 1, 'out': 0, 'inside': 1},
    ]
    assert shown['classes'] == [
        {'class': 'person', 'people': 0},
        {'class': 'car', 'people': 2},
    ]
    channel = view._channels['door']
    drawn = cv2.imdecode(np.frombuffer(channel._draw(channel._newest), np.uint8), 1)
    blue, green, red = drawn[24, 60].astype(int)
    assert min(green, red) > blue + 100  # the line is yellow


def test_a_result_without_its_frame(view):
    """It is refused with what to do."""
    sample = result(0)
    del sample.frame
    with pytest.raises(DataError, match='keep_frames=True'):
        view.show('door', sample)


def test_people_so_far_take_no_memory():
    """The channel of an endless stream counts identities without keeping them."""
    channel = LiveChannel('door', TrackVisualizer())
    for k in range(3000):
        channel.put(result(k, ids=(2 * k + 1, 2 * k + 2)))
    assert channel.status()['total'] == 6000
    assert len(channel._identities._ids) <= 2000
