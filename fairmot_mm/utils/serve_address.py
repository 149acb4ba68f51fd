"""Addresses of this machine at which something is served."""

import ipaddress
import socket

from fairmot_mm.utils.errors import ConfigError, OutputError


def parse_address(text: str) -> tuple[str, int]:
    """Read where to serve.

    Args:
        text: ``PORT``, or ``HOST:PORT``, with a host of IPv6 in brackets.

    Returns:
        Host, 127.0.0.1 if there is none, and port.

    Raises:
        ConfigError: It is malformed.
    """
    host, _, port = text.rpartition(':')
    is_port = port.isascii() and port.isdecimal() and int(port) < 65536
    host = host or ('127.0.0.1' if ':' not in text else '')
    bare = host.removeprefix('[').removesuffix(']')
    if not is_port or not bare or (':' in bare and bare == host):
        raise ConfigError(
            f'--serve {text}: give a port from 0 to 65535, as in 8080, or HOST:PORT, '
            'as in 0.0.0.0:8080 for all machines'
        )
    return bare, int(port)


def bind(host: str, port: int) -> socket.socket:
    """Open an address of this machine for connections.

    Args:
        host: Name or number of an interface.
        port: The port; 0 lets the system choose.

    Returns:
        The socket, which listens.

    Raises:
        OutputError: It cannot be opened.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen()
    except OSError as error:
        raise OutputError(
            f'cannot serve at {host}:{port}: {error.strerror}; choose another port, or '
            'a host that is an address of this machine'
        ) from error
    return bound


def is_loopback(bound: socket.socket) -> bool:
    """Say whether only this machine reaches a socket.

    Args:
        bound: A socket with an address.

    Returns:
        Whether it is bound to an address as 127.0.0.1.
    """
    return ipaddress.ip_address(bound.getsockname()[0]).is_loopback
