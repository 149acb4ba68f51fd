import zipfile

import pytest

from fairmot_mm.evaluation import write_submission
from fairmot_mm.utils import OutputError


def read(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_files_without_folders(tmp_path):
    """One text file a sequence; the same results are the same bytes."""
    results = {'MOT20-08': '1,1,0,0,5,5,1,-1,-1,-1\n', 'MOT20-04': ''}
    names = write_submission(tmp_path / 'a.zip', results)
    assert names == ['MOT20-04', 'MOT20-08']
    assert read(tmp_path / 'a.zip') == {f'{key}.txt': results[key] for key in results}
    write_submission(tmp_path / 'b.zip', results)
    assert (tmp_path / 'a.zip').read_bytes() == (tmp_path / 'b.zip').read_bytes()


def test_mot17_names_every_detector(tmp_path):
    """Results for one public detector stand for the others, unless they exist."""
    results = {'MOT17-01-SDP': 'one', 'MOT17-03-DPM': 'dpm', 'MOT17-03-SDP': 'sdp'}
    write_submission(tmp_path / 'a.zip', results)
    texts = read(tmp_path / 'a.zip')
    assert len(texts) == 6
    assert {texts[f'MOT17-01-{name}.txt'] for name in ('DPM', 'FRCNN', 'SDP')} == {
        'one'
    }
    assert texts['MOT17-03-DPM.txt'] == 'dpm'
    assert texts['MOT17-03-SDP.txt'] == 'sdp'
    assert texts['MOT17-03-FRCNN.txt'] in ('dpm', 'sdp')


def test_unwritable(tmp_path):
    """A folder that cannot be made is named."""
    (tmp_path / 'file').touch()
    with pytest.raises(OutputError, match=r'a\.zip'):
        write_submission(tmp_path / 'file' / 'a.zip', {})
