"""The model zoo: names of trained networks, with their configs and weights.

The metafiles that ``model-index.yml`` imports hold all entries; `mim search fairmot_mm`
reads them too. An entry has these keys beyond those of mim:

- ``Alias``: a short name, or several.
- ``Weights``: a file of this package (``fairmot_mm/model_zoo/NAME.pth``), or an address
  that it is downloaded from; with its ``SHA256`` in ``Metadata``.
- ``Published Weights`` and ``Published At`` in ``Metadata``: name and pages of a file
  that others publish where it cannot be fetched without a browser.
- ``Default`` in ``Metadata``: the model to use where none is named.
- ``Int8 Weights`` and ``Int8 SHA256`` in ``Metadata``: an ONNX file of the package with
  the same network in int8.
"""

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairmot_mm.utils.errors import ConfigError

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class ZooModel:
    """A model of the zoo.

    Attributes:
        name: Name of the config, without ``.py``.
        aliases: Shorter names for the same.
        config: The config file.
        weights: File of the package, or an address; ``None`` where we publish none.
        sha256: Of ``weights``, in hexadecimal digits.
        published_weights: Name of the file that the authors publish, if they do.
        published_at: The pages where they do.
        int8_weights: ONNX file of the package with the network in int8, if any.
        int8_sha256: Of ``int8_weights``, in hexadecimal digits.
        is_default: Whether it is taken where no model is named.
        metadata: The rest of what the metafile says of data, recipe and licence.
        results: Scores, in the form of the metafile.
    """

    name: str
    aliases: tuple[str, ...]
    config: Path
    weights: str | None
    sha256: str | None
    published_weights: str | None
    published_at: tuple[str, ...]
    int8_weights: str | None
    int8_sha256: str | None
    is_default: bool
    metadata: dict[str, Any]
    results: list[dict[str, Any]]

    @property
    def short_name(self) -> str:
        """The first alias, or the name if there is no alias."""
        return self.aliases[0] if self.aliases else self.name

    @property
    def has_weights(self) -> bool:
        """Whether weights are published for the model."""
        return bool(self.weights or self.published_weights)


def list_models() -> list[ZooModel]:
    """The models that have published weights, in the order of the metafiles."""
    return [model for model in _read_models() if model.has_weights]


def find_model(name: str) -> ZooModel | None:
    """Find the model of a name, an alias, or the name of an experiment's config.

    Args:
        name: As in ``fairmot_dla34``.

    Returns:
        The model, without weights where none are published; ``None`` where no entry has
        the name.
    """
    for model in _read_models():
        if name in (model.name, *model.aliases):
            return model
    return None


def default_model() -> ZooModel:
    """Give the model that is used where none is named.

    Raises:
        ConfigError: No model of the table is marked as the default.
    """
    for model in list_models():
        if model.is_default:
            return model
    names = ', '.join(model.short_name for model in list_models())
    raise ConfigError(
        'no weights come with this version, so there is no default model: name one of '
        f'the zoo ({names}), or give a config and weights of your own'
    )


def find_config(config: str | Path) -> Path:
    """Find the file of a config.

    Args:
        config: Path of the file, or a name of the model zoo.

    Returns:
        Path of the file.

    Raises:
        ConfigError: No file and no model has the name; similar names are shown.
    """
    path = Path(config)
    if path.is_file():
        return path
    if path.suffix or len(path.parts) != 1:
        raise ConfigError(f'config {config} does not exist')
    model = find_model(path.name)
    if model is not None:
        return model.config
    names = [name for one in _read_models() for name in (one.name, *one.aliases)]
    known = difflib.get_close_matches(path.name, names) or [
        model.short_name for model in list_models()
    ]
    raise ConfigError(
        f'{config} is neither a config file nor a name of the model zoo, which has '
        f'{", ".join(known)}'
    )


def project_root() -> Path:
    """Folder of ``configs`` and ``model-index.yml``.

    That is ``fairmot_mm/.mim`` of an installed package, as mim has it, and else the
    checkout that the package lies in.
    """
    installed = PACKAGE / '.mim'
    return installed if (installed / 'model-index.yml').is_file() else PACKAGE.parent


def _read_models() -> list[ZooModel]:
    """All entries of all metafiles."""
    import yaml  # a command line knows most of its files without it

    def load(path: Path) -> Any:
        return yaml.safe_load(path.read_text(encoding='utf-8'))

    root = project_root()
    models = [
        _read_model(entry, root)
        for metafile in load(root / 'model-index.yml')['Import']
        for entry in load(root / metafile)['Models']
    ]
    for model in models:
        if model.weights and not model.sha256:
            raise ConfigError(f'model {model.name} has Weights without Metadata.SHA256')
    return models


def _read_model(entry: dict[str, Any], root: Path) -> ZooModel:
    """One entry of a metafile."""
    metadata = dict(entry.get('Metadata', {}))
    aliases = entry.get('Alias', ())
    return ZooModel(
        name=entry['Name'],
        aliases=(aliases,) if isinstance(aliases, str) else tuple(aliases),
        config=root / entry['Config'],
        weights=entry.get('Weights'),
        sha256=metadata.pop('SHA256', None),
        published_weights=metadata.pop('Published Weights', None),
        published_at=tuple(metadata.pop('Published At', ())),
        int8_weights=metadata.pop('Int8 Weights', None),
        int8_sha256=metadata.pop('Int8 SHA256', None),
        is_default=metadata.pop('Default', False),
        metadata=metadata,
        results=entry.get('Results', []),
    )
