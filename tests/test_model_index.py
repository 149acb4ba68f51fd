import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / 'configs' / 'fairmot'
PAGE = (FOLDER / 'README.md').read_text()
LEAVES = {path.stem for path in FOLDER.glob('*.py')}


@pytest.fixture(scope='module')
def index():
    """What `mim search` reads: collections and models of all imported files."""
    index = {'Collections': [], 'Models': []}
    for name in yaml.safe_load((ROOT / 'model-index.yml').read_text())['Import']:
        content = yaml.safe_load((ROOT / name).read_text())
        assert set(content) <= set(index)
        for kind, entries in content.items():
            index[kind] += entries
    return index


def test_models_exist(index):
    """Every model names a config that is there and a collection that is described."""
    collections = {entry['Name']: entry for entry in index['Collections']}
    names = [model['Name'] for model in index['Models']]
    assert len(names) == len(set(names)) > 0
    for model in index['Models']:
        assert (ROOT / model['Config']).stem == model['Name']
        assert (ROOT / model['Config']).is_file()
        assert (ROOT / collections[model['In Collection']]['README']).is_file()
        assert model['Metadata']['Training Data']


def test_every_published_experiment_is_a_model(index):
    """Only what is ours alone is no model: nobody publishes weights or scores of it."""
    ours = {name for name in LEAVES if '-small' in name or 'regnet' in name}
    ours |= {name for name in LEAVES if re.search('csp-|traffic', name)}
    # Those of PaddleDetection, whose weights do not load here.
    ours |= {name for name in LEAVES if re.search('visdrone|kitti|bdd100k', name)}
    ours.add('fairmot_yolov5s-lite_1xb8-14e_street')  # the first of two stages
    assert {model['Name'] for model in index['Models']} == LEAVES - ours


def test_results_are_those_of_the_page(index):
    """Scores in the index stand in the table of the README, in the model's row."""
    rows = re.split(r'\n\| \[', PAGE)
    for model in index['Models']:
        name = model['Name'].removeprefix('fairmot_')
        (row,) = [row for row in rows if row.startswith(f'{name}](')]
        for result in model.get('Results', []):
            scores = result['Metrics']
            values = ', '.join(str(scores[key]) for key in scores)
            assert values in row
            assert result['Dataset'].split()[0] in row


def test_page_lists_every_leaf():
    """Each config of the folder is linked, and each link leads to a file."""
    links = re.findall(r'\]\((?!http)([^)]+)\)', PAGE)
    assert all((FOLDER / link).is_file() for link in links)
    assert {Path(link).stem for link in links if link.endswith('.py')} == LEAVES
