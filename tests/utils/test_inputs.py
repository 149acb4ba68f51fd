import io
import tarfile

import pytest
import torch

from fairmot_mm.utils import CheckpointError, ConfigError, VideoError
from fairmot_mm.utils.inputs import (
    require_checkpoint,
    require_config,
    require_source,
    require_tracker,
)


@pytest.mark.parametrize('zipped', [True, False])
def test_checkpoints_of_torch(zipped, tmp_path):
    """Both forms of `torch.save`."""
    path = tmp_path / 'a.pth'
    torch.save({'a': 1}, path, _use_new_zipfile_serialization=zipped)
    require_checkpoint(path)


def test_checkpoint_of_an_old_torch(tmp_path):
    """An archive of tar, which `torch.load` still reads."""
    with tarfile.open(tmp_path / 'a.pth', 'w') as archive:
        archive.addfile(tarfile.TarInfo('storages'), io.BytesIO())
    require_checkpoint(tmp_path / 'a.pth')


@pytest.mark.parametrize('content', [b'', b'text', b'PK\x03\x04', b'<html>' * 99])
def test_no_checkpoint(content, tmp_path):
    """An empty file, a text, an archive that is cut off, a page of a server."""
    path = tmp_path / 'a.pth'
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r'a\.pth cannot be read: it is damaged'):
        require_checkpoint(path)


def test_what_is_not_looked_into(tmp_path):
    """An ONNX file and an address are read where they are used."""
    (tmp_path / 'a.onnx').write_bytes(b'text')
    require_checkpoint(tmp_path / 'a.onnx')
    require_checkpoint('https://host/a.pth')
    require_checkpoint(None)


@pytest.mark.parametrize('start', ['', 'file://'])
def test_no_video(start, tmp_path):
    """A text with the name of a video; an image is left to its reader."""
    (tmp_path / 'a.mp4').write_text('text')
    (tmp_path / 'a.JPG').touch()
    with pytest.raises(VideoError, match=r'a\.mp4 cannot be opened as a video'):
        require_source(f'{start}{tmp_path}/a.mp4')
    require_source(f'{start}{tmp_path}/a.JPG')
    with pytest.raises(VideoError, match='does not exist'):
        require_source(f'{start}{tmp_path}/gone.mp4')


def test_options_of_the_default_model():
    """Where no model is named, they are those of the model that comes with us."""
    require_config(None, {'model.tracker.track_buffer': 3})
    with pytest.raises(ConfigError, match="JDETracker has no argument 'x'"):
        require_config(None, {'model.tracker.x': 3})


def test_options_of_the_published_tracker():
    """Where a tool needs only a tracker, and none is named."""
    require_tracker(None)
    require_tracker(None, {'model.tracker.track_buffer': 3})
    with pytest.raises(ConfigError, match="JDETracker has no argument 'x'"):
        require_tracker(None, {'model.tracker.x': 3})
    with pytest.raises(ConfigError, match='does not exist'):
        require_tracker('gone.py')
