from mmengine.runner import LogProcessor

from fairmot_mm.engine import SequenceLogProcessor


def test_line_without_sequences(monkeypatch):
    """Back-ends get every score, the line of the log those of all sequences."""
    tag = {'mot/MOTA': 0.5, 'mot/MOTA/MOT17-02': 0.4, 'mot/IDF1': 0.6, 'time': 0.1}
    line = '  '.join(['Epoch(val) [1][9/9]', *(f'{k}: {v}' for k, v in tag.items())])
    monkeypatch.setattr(
        LogProcessor, 'get_log_after_epoch', lambda *args, **kwargs: (tag, line)
    )
    found = SequenceLogProcessor().get_log_after_epoch(None, 9, 'val')
    assert found[0] == tag
    assert found[1] == ('Epoch(val) [1][9/9]  mot/MOTA: 0.5  mot/IDF1: 0.6  time: 0.1')
