import numpy as np

from fairmot_mm.visualization import ImageMLflowVisBackend


def test_a_picture_has_name_and_step(monkeypatch):
    """MLflow gets the image, its name and its step, and no name of a file."""
    logged = []

    class Experiment:
        def log_image(self, image, **kwargs):
            logged.append((image, kwargs))

    monkeypatch.setattr(ImageMLflowVisBackend, 'experiment', Experiment())
    backend = ImageMLflowVisBackend.__new__(ImageMLflowVisBackend)
    image = np.zeros((4, 6, 3), np.uint8)
    backend.add_image('train_0', image, step=7, ignored=True)
    assert logged[0][0] is image
    assert logged[0][1] == dict(key='train_0', step=7)
