"""Addresses at which a page is served."""

import pytest

from fairmot_mm.utils import ConfigError, OutputError
from fairmot_mm.utils.serve_address import bind, is_loopback, parse_address


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('8080', ('127.0.0.1', 8080)),
        ('0.0.0.0:80', ('0.0.0.0', 80)),
        ('localhost:0', ('localhost', 0)),
        ('[::1]:8080', ('::1', 8080)),
    ],
)
def test_addresses(text, expected):
    """A port alone is one of this machine only."""
    assert parse_address(text) == expected


@pytest.mark.parametrize(
    'text', ['', ':8080', 'x', '65536', '-1', '8080 ', '::1:8080', 'host:', '1.5', '٣']
)
def test_addresses_that_are_none(text):
    """One line says what to write."""
    with pytest.raises(ConfigError, match='HOST:PORT'):
        parse_address(text)


def test_a_port_that_is_taken():
    """It is refused with the address."""
    with bind('127.0.0.1', 0) as first:
        assert is_loopback(first)
        port = first.getsockname()[1]
        with pytest.raises(OutputError, match=f'127.0.0.1:{port}.*another port'):
            bind('127.0.0.1', port)


def test_a_host_that_is_not_here():
    """Names that mean nothing are refused, too."""
    with pytest.raises(OutputError, match='cannot serve at'):
        bind('203.0.113.7', 0)


def test_all_interfaces_are_no_loopback():
    """Others reach them."""
    with bind('0.0.0.0', 0) as everywhere:
        assert not is_loopback(everywhere)
