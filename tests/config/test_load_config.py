import pytest
from mmengine.config import Config

from fairmot_mm.apis import load_config
from fairmot_mm.utils import ConfigError


def write(path, text):
    path.write_text(text)
    return path


def test_options_override(tmp_path):
    """Dotted options change the keys they name; variables of one's own are fine."""
    path = write(
        tmp_path / 'c.py', "mine = 1\nmodel = dict(type='FairMOT', a=dict(b=1))"
    )
    cfg = load_config(path, {'model.a.b': 2, 'model.a.c': 3})
    assert cfg.model == dict(type='FairMOT', a=dict(b=2, c=3))
    assert cfg.mine == 1


DATA = """
data_root = 'data'
train_dataloader = dict(dataset=dict(data_root='${data_root}', ann_files=['a.train']))
val_dataloader = dict(dataset=dict(data_root='${data_root}/a', pipeline=[dict(b=1)]))
test_dataloader = dict(dataset=dict(data_root='elsewhere'))
"""


def roots(cfg):
    loaders = (cfg.train_dataloader, cfg.val_dataloader, cfg.test_dataloader)
    return [loader.dataset.data_root for loader in loaders]


def test_data_root_of_a_set_of_sets(tmp_path):
    """Nested data sets move too, and nothing but their folders does."""
    text = """
data_root = ''
sets = [dict(type='A', data_root='a'), dict(type='B', data_root='/b')]
train_dataloader = dict(dataset=dict(type='ConcatDataset', datasets=sets))
"""
    cfg = load_config(write(tmp_path / 'c.py', text), {'data_root': '/big'})
    assert cfg.train_dataloader.dataset == dict(
        type='ConcatDataset',
        datasets=[dict(type='A', data_root='/big/a'), dict(type='B', data_root='/b')],
    )


@pytest.mark.parametrize('way', ['option', 'inherited', 'saved'])
def test_data_root_is_one_variable(tmp_path, way):
    """An option, a config on top, and a config that a run saved all move the data."""
    path, options = write(tmp_path / 'c.py', DATA), {'data_root': '/big/disk'}
    assert roots(load_config(path)) == ['data', 'data/a', 'elsewhere']
    if way == 'inherited':
        path = write(tmp_path / 'd.py', "_base_ = 'c.py'\ndata_root = '/big/disk'")
        options = None
    elif way == 'saved':
        load_config(path).dump(tmp_path / 'saved.py')
        path = tmp_path / 'saved.py'
    cfg = load_config(path, options)
    assert roots(cfg) == ['/big/disk', '/big/disk/a', 'elsewhere']
    assert cfg.val_dataloader.dataset.pipeline == [dict(b=1)]


def test_undefined_variable(tmp_path):
    """A variable that no file defines is named."""
    path = write(tmp_path / 'c.py', "load_from = '${weights}/a.pth'")
    with pytest.raises(ConfigError, match=r'does not define: \$\{weights\}'):
        load_config(path)
    assert load_config(path, {'weights': 'w'}).load_from == 'w/a.pth'


def test_config_object_stays_as_it_is():
    """Options change a copy."""
    given = Config(dict(model=dict(a=1)))
    assert load_config(given, {'model.a': 2}).model.a == 2
    assert given.model.a == 1


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('model = dict(', r'c\.py cannot be read: SyntaxError'),
        ("_base_ = './gone.py'", r'c\.py cannot be read: .*gone\.py'),
        (
            'model = dict(a=undefined)',
            r"c\.py cannot be read: NameError: .*'undefined'",
        ),
        (
            'train_dataloder = dict()',
            r"'train_dataloder': did you mean 'train_dataloader",
        ),
        (
            'optim_wraper = dict()',
            r"did you mean 'optim_wrapper'\? \(A variable of your",
        ),
        ('test_pipline = []', r"did you mean 'test_pipeline'"),
    ],
)
def test_bad_file(tmp_path, text, message):
    """What is wrong with a file is said, with the name of the file or the key."""
    with pytest.raises(ConfigError, match=message):
        load_config(write(tmp_path / 'c.py', text))


def test_missing_file(tmp_path):
    """A config that does not exist is named."""
    with pytest.raises(ConfigError, match=r'config .*gone\.py does not exist'):
        load_config(tmp_path / 'gone.py')


def test_misspelt_option(tmp_path):
    """A misspelt key of the command line is found too."""
    with pytest.raises(ConfigError, match="did you mean 'load_from'"):
        load_config(write(tmp_path / 'c.py', ''), {'load_form': 'a.pth'})
