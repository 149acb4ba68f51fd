"""Finding and downloading the weights of the model zoo."""

import hashlib
import shutil
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit
from urllib.request import urlopen

from mmengine.config import Config
from rich.console import Console
from rich.progress import wrap_file

from fairmot_mm.utils import CheckpointError, atomic_path
from fairmot_mm.utils.cache import CACHE_VARIABLE, cache_dir
from fairmot_mm.utils.model_zoo import PACKAGE, ZooModel, find_model

TIMEOUT = 30  # seconds that a server may be silent


def fetch_weights(model: ZooModel) -> Path:
    """Find the file with the weights of a model; download it if it is not there.

    A file whose SHA-256 the zoo knows is checked at every call, also in the cache.

    Args:
        model: A model of the zoo.

    Returns:
        Path of the file, in the package or in the cache folder, see `cache_dir`.

    Raises:
        CheckpointError: No weights are published for the model; the file cannot be
            downloaded (the message says where to get it and where to put it); or it is
            not the file that was published.
        OutputError: The cache folder cannot be written.
    """
    if model.weights is None:
        return _published_file(model)
    if '://' not in model.weights:
        return _of_package(model.weights, model.sha256)
    path = cache_dir() / PurePosixPath(urlsplit(model.weights).path).name
    if not path.is_file():
        _download(model, path)
    _require_sum(path, model.sha256, 'remove it to have it fetched again')
    return path


def int8_weights(model: ZooModel) -> Path | None:
    """Find the ONNX file with a model in int8, and check it.

    Args:
        model: A model of the zoo.

    Returns:
        Path of the file in the package; ``None`` if the model has none.

    Raises:
        CheckpointError: The file is missing or damaged.
    """
    if model.int8_weights is None:
        return None
    return _of_package(model.int8_weights, model.int8_sha256)


def weights_of(config: str | Path | Config) -> Path | None:
    """Find the weights that belong to a name of the zoo.

    Args:
        config: A name of the zoo; a config file or a `Config` has no weights there.

    Returns:
        See `fetch_weights`; ``None`` for a file or a `Config`.

    Raises:
        CheckpointError: See `fetch_weights`.
        OutputError: See `fetch_weights`.
    """
    if isinstance(config, Config) or Path(config).is_file():
        return None
    model = find_model(str(config))
    return None if model is None else fetch_weights(model)


def _of_package(name: str, sha256: str | None) -> Path:
    """Find a file of the package, and check it."""
    path = PACKAGE.parent / name
    remedy = 'it belongs to the package: install fairmot_mm again'
    if not path.is_file():
        raise CheckpointError(f'{path} does not exist; {remedy}')
    _require_sum(path, sha256, remedy)
    return path


def _require_sum(path: Path, sha256: str | None, remedy: str) -> None:
    """Refuse a file that is not the one that was published."""
    if _sha256(path) != sha256:
        raise CheckpointError(
            f'{path} is damaged or another file (its SHA-256 is not {sha256}); {remedy}'
        )


def _published_file(model: ZooModel) -> Path:
    """Find the file of the authors, which a user has put into the cache folder."""
    if model.published_weights is None:
        raise CheckpointError(
            f'no weights of {model.name} are published: give those of your training'
        )
    path = cache_dir() / model.published_weights
    if path.is_file():
        return path
    pages = ' or '.join(model.published_at)
    raise CheckpointError(
        f'the weights of {model.short_name} cannot be fetched by a program: get '
        f'{path.name} with a browser, from where its authors publish it ({pages}), and '
        f'put it into {path.parent} ({CACHE_VARIABLE} names another folder); or give '
        'the file itself as the weights'
    )


def _download(model: ZooModel, path: Path) -> None:
    """Download the weights to ``path``; a wrong or incomplete file is not kept."""
    url = str(model.weights)
    with atomic_path(path) as part:
        try:
            with urlopen(url, timeout=TIMEOUT) as answer, part.open('wb') as file:
                total = int(answer.headers.get('Content-Length') or 0)
                console = Console(stderr=True)
                with wrap_file(
                    answer, total, description=path.name, console=console
                ) as reader:
                    shutil.copyfileobj(reader, file)
        except (OSError, HTTPException) as error:
            raise _not_fetched(model, path, str(error)) from error
        size = part.stat().st_size
        if total and size < total:
            raise _not_fetched(
                model, path, f'the connection ended after {size} of {total} bytes'
            )
        if _sha256(part) != model.sha256:
            raise _not_fetched(model, path, 'the server sent another file')


def _not_fetched(model: ZooModel, path: Path, reason: str) -> CheckpointError:
    return CheckpointError(
        f'{model.weights}, the weights of {model.short_name}, cannot be fetched: '
        f'{reason}. Try again; or get the file elsewhere (its SHA-256 is '
        f'{model.sha256}) and put it at {path} ({CACHE_VARIABLE} names another folder)'
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
