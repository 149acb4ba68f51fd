"""Addresses of streams: what may be shown of them, and names that tell them apart."""

import hashlib
import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

_SECRET = re.compile(
    r'pass|pwd|secret|token|key|auth|sig|cred|user|usr|login', re.IGNORECASE
)
# A value with its name, in a query, a fragment, or the path of some cameras, as in
# /user=admin_password=12345_channel=1.
_NAMED = re.compile(r'([^&;=/?#]*?)=([^&;/?#]*?)(?=[&;/?#]|_[A-Za-z]+=|$)')
_HIDDEN = '***'
# Longest name in bytes; a file system takes 255, of which an ending needs some.
_LONGEST_NAME = 150


def is_url(text: str) -> bool:
    """Say whether a text is an address and not a path.

    Args:
        text: A source given as text.

    Returns:
        Whether it has a scheme, as in ``rtsp://``.
    """
    return '://' in text


def local_path(text: str) -> str:
    """Turn the address of a local file into its path.

    Args:
        text: A source given as text.

    Returns:
        The path for ``file:///folder/clip.mp4``; any other text as it is.
    """
    if not text.lower().startswith('file://'):
        return text
    parts = urlsplit(text)
    return unquote(parts.path if parts.netloc in ('', 'localhost') else text[7:])


def without_secrets(url: str) -> str:
    """Hide what must not be shown: user, password, and the keys of a query.

    Args:
        url: An address, or any other text.

    Returns:
        The address as it may stand in a message.
    """
    if not is_url(url):  # perhaps one with a slash too few
        return re.sub(r'^(\w+:/)[^/]*@', rf'\1{_HIDDEN}@', url)
    scheme, _, rest = url.partition('://')
    try:
        urlsplit(url)
    except ValueError:
        return f'{scheme}://{_HIDDEN}'
    place = _without_login(rest)
    login = '' if place == rest else f'{_HIDDEN}@'
    inner = re.sub(r'://[^/?#@]*@', f'://{_HIDDEN}@', place)
    return f'{scheme}://{login}{_NAMED.sub(_hide_secret, inner)}'


def shown_name(source: str) -> str:
    """Name a source in a line of text.

    Args:
        source: A path or an address.

    Returns:
        The last part of a path; an address without what must not be shown.
    """
    return without_secrets(source) if is_url(source) else Path(source).name


def hide_secrets(text: str) -> str:
    """Hide in a text what must not be shown of the addresses in it.

    Args:
        text: A message, a command line, or any other text.

    Returns:
        The text, with `without_secrets` of each address.
    """
    return re.sub(r'\w+://[^\s\'"]+', lambda match: without_secrets(match[0]), text)


def _without_login(rest: str) -> str:
    """Host, path and query of what follows ``://``, without user and password."""
    host = re.split('[/?#]', rest, maxsplit=1)[0]
    if '@' in host:
        return _without_login(rest.partition('@')[2])
    port = host.rpartition(':')[2]
    if '@' in rest and ':' in host and not re.fullmatch(r'\d*|.*\]', port):
        # A password with a slash, a question mark or a hash ends the host too early.
        return _without_login(rest.partition('@')[2])
    return rest


def url_name(url: str) -> str:
    """Name result files after a stream: host, port, path and query, without secrets.

    Two streams of one host differ in port, path or query, so their names differ, too.
    The ending of a file is left out.

    Args:
        url: The address.

    Returns:
        A name that every file system takes, as in ``10.0.0.5-554-main``.
    """
    scheme, _, rest = url.partition('://')
    try:
        parts = urlsplit(f'{scheme}://{_without_login(rest)}')
    except ValueError:
        return 'stream'
    path = _NAMED.sub(lambda m: '' if _is_secret(m) else m[0], parts.path)
    path = re.sub(r'\.[A-Za-z]\w{1,4}$', '', unquote(path))
    words = [parts.netloc, path]
    words += [f'{key}-{without_secrets(value)}' for key, value in _public_query(parts)]
    name = re.sub(r'[^\w.]+', '-', '-'.join(words)).strip('-.')
    if len(name.encode()) > _LONGEST_NAME:
        digest = hashlib.sha256(name.encode()).hexdigest()[:8]
        name = f'{name.encode()[:_LONGEST_NAME].decode(errors="ignore")}-{digest}'
    return name or 'stream'


def _public_query(parts: SplitResult) -> list[tuple[str, str]]:
    """Keys and values of a query without the secret ones."""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    return [(key, value) for key, value in pairs if not _SECRET.search(key)]


def _is_secret(match: re.Match[str]) -> bool:
    """Whether a value is secret by its name, or is an address with a login."""
    value = unquote(match[2])
    login = is_url(value) and without_secrets(value) != value
    return login or bool(_SECRET.search(unquote(match[1])))


def _hide_secret(match: re.Match[str]) -> str:
    return f'{match[1]}={_HIDDEN}' if _is_secret(match) else match[0]
