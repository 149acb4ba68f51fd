"""Workers that tests start in other processes."""

import os
import signal
from pathlib import Path

from fairmot_mm.utils import VideoError


class Doubler:
    """Doubles a number; a job may say that it goes wrong, or kills its process."""

    def __init__(self, factor=2, broken=False):
        if broken:
            raise VideoError('there is no weights.pth')
        self.factor = factor

    def __call__(self, job):
        if 'fails' in job:
            raise VideoError(f'{job["n"]} is\nodd')
        if 'fault' in job:
            raise ZeroDivisionError('a fault of the program')
        if 'kills' in job and len([*Path(job['notes']).iterdir()]) < job['kills']:
            Path(job['notes'], str(os.getpid())).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return {'n': self.factor * job['n'], 'pid': os.getpid()}
