import pytest
from mmengine.config import Config, config

from fairmot_mm.config.lay_out_once import lay_out_once

pytestmark = pytest.mark.skipif(
    'FormatCode' not in vars(config), reason='the fork imports yapf in each call'
)


@pytest.fixture
def calls(monkeypatch):
    """Texts that yapf lays out."""
    texts = []
    original = getattr(config.FormatCode, '__wrapped__', config.FormatCode)

    def lay_out(text, **kwargs):
        texts.append(text)
        return original(text, **kwargs)

    monkeypatch.setattr(config, 'FormatCode', lay_out)
    lay_out_once()
    lay_out_once()  # of a second run in the process
    return texts


def test_text_of_a_config_is_laid_out_once(calls):
    """The log, the saved file and the back-ends get the same text without yapf."""
    cfg = Config({'model': {'type': 'FairMOT', 'sizes': [1, 2]}})
    assert cfg.pretty_text == cfg.pretty_text == cfg.copy().pretty_text
    assert len(calls) == 1
    assert Config.fromstring(cfg.pretty_text, '.py').to_dict() == cfg.to_dict()


def test_a_changed_config_is_laid_out_again(calls):
    """A text is never that of another config."""
    cfg = Config({'seed': 1})
    before = cfg.pretty_text
    cfg.seed = 2
    assert (before, cfg.pretty_text) == ('seed = 1\n', 'seed = 2\n')
    cfg.seed = 1
    assert cfg.pretty_text == before
    assert len(calls) == 3
