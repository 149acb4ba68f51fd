"""Names that `fairmot_mm.utils` gathers without importing their files at once."""

import importlib
import inspect
import pkgutil

import pytest

from fairmot_mm import utils


def test_every_name_is_what_its_file_defines():
    """Also after all files were imported: a file must not hide a name."""
    for file in pkgutil.iter_modules(utils.__path__):
        importlib.import_module(f'fairmot_mm.utils.{file.name}')
    for name in utils.__all__:
        assert not inspect.ismodule(getattr(utils, name)), name


def test_a_name_that_is_none_is_refused():
    """As any package does."""
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        utils.no_such_name  # noqa: B018
    with pytest.raises(ImportError):
        from fairmot_mm.utils import no_such_name  # noqa: F401
