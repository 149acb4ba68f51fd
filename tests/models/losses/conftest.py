import pytest
import torch


@pytest.fixture(scope='session')
def losses():
    """Make the losses of the two tasks."""

    def make(heatmap=3.0, size=0.5, identity=2.0):
        values = {
            'det': {'loss_heatmap': heatmap, 'loss_size': size},
            'id': {'loss_id': identity},
        }
        return {
            task: {
                name: torch.tensor(v, requires_grad=True) for name, v in named.items()
            }
            for task, named in values.items()
        }

    return make
