"""What a task of an array job runs: ``python -m ... FOLDER``.

The folder has ``run.json`` with what a worker is built from and the jobs. The task that
creates ``taken-PLACE`` does the job at this place, and writes ``answer-PLACE.json``.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from fairmot_mm.utils.engines.worker_spec import JobRunner, StartError, WorkerSpec
from fairmot_mm.utils.text_files import read_json, write_text


def run_share(folder: Path) -> None:
    """Do jobs until none is left.

    Args:
        folder: The folder of the array job.
    """
    run = read_json(folder / 'run.json')
    runner, jobs = JobRunner(WorkerSpec(**run['spec'])), run['jobs']
    for place in _take(folder, len(jobs)):
        try:
            answer = runner.run(jobs[place])._asdict()
        except StartError as error:
            answer = {'cannot_start': str(error)}
        write_text(folder / f'answer-{place}.json', json.dumps(answer))
        if 'cannot_start' in answer:
            return


def _take(folder: Path, count: int) -> Iterator[int]:
    """Places of the jobs that no other task has taken."""
    for place in range(count):
        try:
            path = folder / f'taken-{place}'
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        except FileExistsError:
            continue
        yield place


if __name__ == '__main__':
    run_share(Path(sys.argv[1]))
