"""Reading checkpoints without running any code in them."""

import functools
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from mmengine.runner import CheckpointLoader
from mmengine.runner import checkpoint as mmengine

from fairmot_mm.utils.errors import CheckpointError
from fairmot_mm.utils.inputs import require_checkpoint

_REFUSED = re.compile(r'(?i)unsupported (?:global: )?GLOBAL (\S+)')


def load_safely(path: str | Path, map_location: Any = 'cpu', mmap: bool = False) -> Any:
    """Read a checkpoint: tensors, plain containers, and what mmengine stores.

    Args:
        path: A file of `torch.save`, or an address that mmengine knows, as in
            ``https://``.
        map_location: Device of the tensors, see `torch.load`.
        mmap: Read a tensor of a local file only when it is used.

    Returns:
        What was saved.

    Raises:
        CheckpointError: The file is missing, damaged, or would run code.
    """
    if '://' in str(path):
        return CheckpointLoader.load_checkpoint(str(path), map_location)
    path = Path(path).expanduser()
    require_checkpoint(path)
    try:
        return torch.load(path, map_location=map_location, weights_only=True, mmap=mmap)
    except Exception as error:  # a file that is no checkpoint can fail in any way
        raise CheckpointError(f'checkpoint {path} {_explain(error)}') from error


def _explain(error: Exception) -> str:
    """Say what an error of torch.load means, without its advice to load unsafely."""
    refused = _REFUSED.search(str(error))
    if refused:
        model = 'model'
        if refused[1].startswith('models.yolo.'):  # yolov5s.pt as published
            model = "torch.load('yolov5s.pt', weights_only=False)['model']"
        return (
            'was refused: it holds more than weights and would run code '
            f'({refused[1]}); save its state_dict alone, with the code that wrote it: '
            f"torch.save({model}.state_dict(), 'weights.pth')"
        )
    reason = (str(error).splitlines() or [repr(error)])[0].split('. ')[0]
    return (
        'cannot be read: it is damaged, cut off, or not a PyTorch file '
        f'({type(error).__name__}: {reason})'
    )


def secure_mmengine() -> None:
    """Make mmengine's loading safe: ``load_from``, resuming, pretrained backbones.

    The loaders of mmengine leave this choice to PyTorch, which trusts downloaded files.
    """
    local: Callable = functools.wraps(mmengine.load_from_local)(load_safely)
    for scheme, loader in list(CheckpointLoader._schemes.items()):
        secured = _secured(loader) if scheme else local
        CheckpointLoader.register_scheme(scheme, secured, force=True)


def _secured(loader: Callable) -> Callable:
    """A loader of mmengine that reads only weights."""

    @functools.wraps(loader)
    def load(filename: str, map_location: Any = None, **kwargs: Any) -> Any:
        try:
            with _weights_only():
                return loader(filename, map_location=map_location, **kwargs)
        except UnpicklingError as error:
            raise CheckpointError(f'checkpoint {filename} {_explain(error)}') from error
        except OSError as error:  # no connection, or no file of this name
            raise CheckpointError(
                f'checkpoint {filename} cannot be fetched: {error}'
            ) from error

    return load


@contextmanager
def _weights_only() -> Iterator[None]:
    """Let every `torch.load` in the block load safely, whatever its caller says."""
    name = 'TORCH_FORCE_WEIGHTS_ONLY_LOAD'
    before = os.environ.get(name)
    os.environ[name] = '1'
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
