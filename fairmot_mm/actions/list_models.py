"""Writes the model zoo as a Markdown table."""

import re
from pathlib import Path

from tabulate import tabulate

from fairmot_mm.apis import ZooModel, list_models

HEADERS = ('name', 'config', 'weights', 'trained on', 'results')
HOSTS = {'drive.google.com': 'Google Drive', 'pan.baidu.com': 'Baidu'}


def weights_of(model: ZooModel) -> str:
    """Name the file and the place of its weights."""
    if model.weights is None:
        pages = ', '.join(map(page_link, model.published_at))
        return f'`{model.published_weights}`: {pages}'
    name = Path(model.weights).name
    return f'[{name}]({model.weights})' if '://' in model.weights else f'`{name}`, here'


def page_link(page: str) -> str:
    """Make a link of a page such as ``https://host/path (code abcd)``."""
    address, *rest = page.split(' ', 1)
    host = re.sub(r'^\w+://([^/]+).*', r'\1', address)
    return ' '.join([f'[{HOSTS.get(host, host)}]({address})', *rest])


def scores_of(model: ZooModel) -> str:
    """List every data set with its scores."""
    return '; '.join(
        f'{result["Dataset"]}: '
        + ', '.join(f'{key} {value}' for key, value in result['Metrics'].items())
        for result in model.results
    )


def table() -> str:
    """Make a table with a row for each model."""
    rows = [
        (
            f'`{model.short_name}`',
            f'[{model.name.removeprefix("fairmot_")}]'
            f'(../../configs/fairmot/{model.config.name})',
            weights_of(model),
            ', '.join(model.metadata['Training Data']),
            scores_of(model),
        )
        for model in list_models()
    ]
    return tabulate(rows, HEADERS, tablefmt='github')


def list_zoo() -> None:
    """Print the table."""
    print(table())
