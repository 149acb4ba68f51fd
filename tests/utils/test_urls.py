"""Names and messages of streams: different for different streams, without secrets."""

import warnings

import pytest

from fairmot_mm.utils import VideoError
from fairmot_mm.utils.cli import make_parser, one_line_errors
from fairmot_mm.utils.urls import (
    hide_secrets,
    is_url,
    local_path,
    shown_name,
    url_name,
    without_secrets,
)


def test_different_streams_have_different_names():
    """Host, port, path and query each make a difference."""
    urls = [
        'http://host:1/main',
        'http://host:2/main',
        'http://other:1/main',
        'http://host:1/a/main',
        'http://host:1/main?channel=1',
        'http://host:1/main?channel=2',
    ]
    assert len({url_name(url) for url in urls}) == len(urls)
    assert url_name(urls[0]) == 'host-1-main'
    assert url_name('http://host/clip.mp4') == 'host-clip'
    assert url_name('rtsp://[::1]:554/') == '1-554'


def test_names_are_those_of_files():
    """No separator, no leading dot, and a length that every disk takes."""
    for url in ('rtsp://h/../../etc', f'http://h/{"x" * 400}', 'rtsp:///', 'udp://@:5'):
        name = url_name(url)
        assert name
        assert '/' not in name
        assert not name.startswith('.')
        assert len(name.encode()) < 200


@pytest.mark.parametrize(
    'url',
    [
        'rtsp://me:geheim@10.0.0.5:554/main',
        'rtsp://geheim@10.0.0.5/main',
        'rtsp://a@b:geheim@10.0.0.5/main',
        'http://10.0.0.5/main?user=me&password=geheim&channel=1',
        'http://10.0.0.5/main?channel=1&api_key=geheim',
        'http://10.0.0.5/main?channel=1&Token=geheim',
        'http://[10.0.0.5/geheim@main',
        'rtsp:/me:geheim@10.0.0.5/main',
        'rtsp://10.0.0.5:554/user=admin_password=geheim_channel=1_stream=0.sdp',
        'rtsp://10.0.0.5:554/user=admin&password=geheim&channel=1&stream=0.sdp',
        'rtsp://me:x/geheim@10.0.0.5/main',
        'rtsp://me:x#geheim@10.0.0.5:554/main',
        'rtsp://me:x?geheim@10.0.0.5/main',
        'http://10.0.0.5/api?src=rtsp://me:geheim@camera/x',
        'http://10.0.0.5/api?src=rtsp%3A%2F%2Fme%3Ageheim%40camera&channel=1',
        'http://10.0.0.5/main#token=geheim',
        'http://10.0.0.5/main?p%61ssword=geheim',
        'http://10.0.0.5/main?channel=1&login=geheim',
    ],
)
def test_secrets_are_in_no_name_and_no_message(url):
    """User, password and keys of a query are hidden; the rest stays readable."""
    shown = without_secrets(url)
    assert 'geheim' not in shown
    assert '10.0.0.5' in shown or '***' in shown
    assert not is_url(url) or 'geheim' not in url_name(url)
    if 'channel' in url:
        assert 'channel=1' in shown
        assert 'channel-1' in url_name(url)


@pytest.mark.parametrize(
    'url', ['http://h:80/@cam/live', 'rtsp://[::1]:554/a@b', 'http://h/x?a=1&b=2#c']
)
def test_what_is_no_secret_is_shown(url):
    """An address without a login stays as it is."""
    assert without_secrets(url) == url


def test_secrets_in_a_text(capsys):
    """Messages, warnings and what the command line does not understand hide them."""
    address = 'rtsp://me:geheim@10.0.0.5/main'
    shown = hide_secrets(f"is '{address}' or {address}; or a@b.c, http://h/x?a=1")
    hidden = 'rtsp://***@10.0.0.5/main'
    assert shown == f"is '{hidden}' or {hidden}; or a@b.c, http://h/x?a=1"
    with one_line_errors():
        warning = warnings.formatwarning(address, UserWarning, 'a.py', 1)
    parser = make_parser('A tool.')
    with pytest.raises(SystemExit):
        parser.parse_args([address])
    assert warning == f'warning: {hidden}\n'
    with (
        pytest.raises(SystemExit, match=r'\*\*\*@10\.0\.0\.5') as end,
        one_line_errors(),
    ):
        raise VideoError(f'{address} is away')
    printed = capsys.readouterr()
    assert 'geheim' not in f'{printed.out}{printed.err}{end.value}'
    assert shown_name(address) == hidden
    assert shown_name('/data/a.mp4') == 'a.mp4'


def test_paths():
    """An address of a local file is a path; a path stays as it is."""
    assert local_path('file:///data/a%20b.mp4') == '/data/a b.mp4'
    assert local_path('FILE://localhost/data/a.mp4') == '/data/a.mp4'
    assert local_path('a:b@c.mp4') == without_secrets('a:b@c.mp4') == 'a:b@c.mp4'
    assert not is_url('12:30.mp4')
