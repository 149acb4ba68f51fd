from mmengine.config import Config

from fairmot_mm.engine.saved_config import differences, read_saved_config


def test_what_mmengine_saves():
    """Every value of a config is read back; a tuple is a list."""
    cfg = dict(
        model=dict(type='A', size=(3, -1.5), parts=[dict(n=None), dict(n=True)]),
        custom_keys={'a.b': dict(lr_mult=0.1)},
        name='x "quoted"\n',
    )
    read = read_saved_config(Config(cfg).pretty_text)
    cfg['model']['size'] = [3, -1.5]
    assert read == cfg


def test_no_code_runs(tmp_path):
    """A call in the text stays text."""
    text = f"a = open({str(tmp_path / 'x')!r}, 'w')\nb = dict(c=print(1))\n"
    read = read_saved_config(text)
    assert not (tmp_path / 'x').exists()
    assert read['a'].startswith('open(')
    assert read['b'] == {'c': 'print(1)'}
    assert read_saved_config('no python at all') == {}


def test_differences():
    """Each has its key; lists of another length are one value."""
    old = dict(a=1, b=dict(c=[1, dict(d=2)], e=[1]))
    new = dict(b=dict(c=[1, dict(d=3)], e=[1, 2]), f=4)
    assert differences(old, new, 'x') == {
        'x.a': (1, None),
        'x.b.c.1.d': (2, 3),
        'x.b.e': ([1], [1, 2]),
        'x.f': (None, 4),
    }
