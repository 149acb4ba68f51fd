"""Pictures in MLflow keep their name and their step. MLflow itself is replaced."""

import sys
from unittest.mock import MagicMock

import numpy as np

from fairmot_mm.registry import VISBACKENDS


def test_a_later_picture_does_not_replace_an_earlier_one(tmp_path, monkeypatch):
    """Two pictures of one name are stored under this name with two steps."""
    mlflow = MagicMock()
    monkeypatch.setitem(sys.modules, 'mlflow', mlflow)
    backend = VISBACKENDS.build(
        dict(type='ImageMLflowVisBackend', save_dir=str(tmp_path))
    )
    pictures = [np.full((4, 6, 3), value, np.uint8) for value in (10, 20)]
    for step, picture in enumerate(pictures):
        backend.add_image('val/street', picture, step=step)
    stored = [
        (call.args[0][0, 0, 0], call.kwargs['key'], call.kwargs['step'])
        for call in mlflow.log_image.call_args_list
    ]
    assert stored == [(10, 'val/street', 0), (20, 'val/street', 1)]
