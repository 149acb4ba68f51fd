from pathlib import Path

import pytest

NETWORKS = Path(__file__).parents[2] / 'configs/_base_/models'


@pytest.fixture(scope='session')
def network():
    """A network whose neck has deformable convolutions."""
    return str(NETWORKS / 'fairmot_r18-dcn.py')
