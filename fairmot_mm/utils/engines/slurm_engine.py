"""Jobs in array jobs of Slurm."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from fairmot_mm.utils import ConfigError, UserInputError, require_writable_dir
from fairmot_mm.utils.engines.engine import Finished, Job
from fairmot_mm.utils.engines.worker_spec import (
    ATTEMPTS,
    StartError,
    WorkerSpec,
    died_error,
)
from fairmot_mm.utils.text_files import read_json, write_text

# Seconds between two looks at the folder, and between two questions to Slurm.
_LOOK, _ASK = 1.0, 10.0
_SHARE = 'fairmot_mm.utils.engines.slurm_share'


class SlurmError(UserInputError):
    """A program of Slurm is missing or refuses what it is asked for."""


class SlurmEngine:
    """Runs jobs in the tasks of an array job, which take one after the other.

    The jobs are files of a folder that all nodes share (`slurm_share` describes it). A
    task takes the next job by creating a file, and writes its answer into another. A
    job whose task died has no answer, and is in the next array job, as are jobs that
    were submitted meanwhile. Slurm decides where and when tasks run.

    Args:
        spec: What a worker is built from.
        num_workers: Number of tasks.
        folder: The shared folder; each array job has its own below it.
        options: Options of ``sbatch``, which also reads variables: SBATCH_PARTITION.

    Raises:
        SlurmError: There is no ``sbatch``, or an array job of an earlier run is still
            running.
        OutputError: The folder cannot be written.
    """

    def __init__(
        self,
        spec: WorkerSpec,
        num_workers: int,
        folder: str | Path,
        options: Sequence[str] = (),
    ) -> None:
        if shutil.which('sbatch') is None:
            raise SlurmError('the engine slurm needs sbatch: run it on a node of Slurm')
        self.spec = spec
        self.num_workers = num_workers
        self._options = options
        self._folder = require_writable_dir(folder)
        self._waiting: list[Job] = []
        self._deaths: Counter[str] = Counter()
        self._array: str | None = None
        for note in self._folder.glob('*/array'):
            number = note.read_text().strip()
            if _is_running(number):
                raise ConfigError(
                    f'array job {number} of an earlier run is still running: wait for '
                    f'its end, or: scancel {number}'
                )
            shutil.rmtree(note.parent, ignore_errors=True)

    def submit(self, job: Job) -> None:
        """Add a job, see `Engine`."""
        self._waiting.append(job)

    def finished(self) -> Iterator[Finished]:
        """Wait for the jobs, see `Engine`."""
        for number in range(1, sys.maxsize):
            if not self._waiting:
                return
            jobs, self._waiting = self._waiting, []
            folder = self._folder / f'{time.strftime("%Y%m%d-%H%M%S")}-{number}'
            yield from self._run_array(folder, jobs)

    def close(self) -> None:
        """End the array job, see `Engine`."""
        array, self._array = self._array, None
        if array is None:
            return
        try:
            _call('scancel', array)
        except SlurmError:
            if _is_running(array):  # otherwise it ended by itself meanwhile
                raise

    def _run_array(self, folder: Path, jobs: Sequence[Job]) -> Iterator[Finished]:
        """Start an array job for jobs, and give what becomes of each."""
        run = {'spec': asdict(self.spec), 'jobs': jobs}
        write_text(folder / 'run.json', json.dumps(run))
        last = min(self.num_workers, len(jobs)) - 1
        command = f'exec {sys.executable} -u -m {_SHARE} {folder}'
        self._array = _call(
            'sbatch',
            '--parsable',
            f'--array=0-{last}',
            '--job-name=fairmot',
            f'--output={folder}/%a.log',
            *self._options,
            f'--wrap={command}',
        ).partition(';')[0]
        write_text(folder / 'array', self._array)
        seen: set[int] = set()
        for answers in _watch(folder, self._array):
            for place in sorted(answers - seen):
                yield self._answer(folder, jobs[place], place)
            seen |= answers
        self._array = None
        yield from self._take_up(folder, jobs, seen)
        shutil.rmtree(folder, ignore_errors=True)

    def _answer(self, folder: Path, job: Job, place: int) -> Finished:
        answer = read_json(folder / f'answer-{place}.json')
        if 'cannot_start' in answer:
            raise StartError(answer['cannot_start'])
        return Finished(job, answer['result'], answer['error'])

    def _take_up(
        self, folder: Path, jobs: Sequence[Job], seen: set[int]
    ) -> Iterator[Finished]:
        """Put jobs without an answer into the next array job, a few times."""
        rest = [place for place in range(len(jobs)) if place not in seen]
        taken = [place for place in rest if (folder / f'taken-{place}').exists()]
        if not seen and not taken:
            raise SlurmError(
                f'array job {(folder / "array").read_text()} has ended before its '
                f'tasks began: {_last_line(folder)}'
            )
        for place in rest:
            key = json.dumps(jobs[place], sort_keys=True)
            self._deaths[key] += place in taken
            if self._deaths[key] < ATTEMPTS:
                self._waiting.append(jobs[place])
            else:
                yield Finished(jobs[place], None, died_error())


def _watch(folder: Path, number: str) -> Iterator[set[int]]:
    """The places of the jobs that have an answer, until the array job has ended."""
    asked = time.monotonic()
    is_running = True
    while is_running:
        time.sleep(_LOOK)
        if time.monotonic() - asked > _ASK:
            is_running, asked = _is_running(number), time.monotonic()
        names = [name for name in os.listdir(folder) if name.startswith('answer-')]
        yield {int(name[len('answer-') : -len('.json')]) for name in names}


def _is_running(number: str) -> bool:
    """Whether tasks of an array job run or wait."""
    asked = subprocess.run(
        ['squeue', '--noheader', f'--jobs={number}'], capture_output=True, text=True
    )
    if asked.returncode and 'Invalid job id' not in asked.stderr:
        raise SlurmError(f'squeue: {" ".join(asked.stderr.split())}')
    return bool(asked.stdout.strip())


def _call(*command: str) -> str:
    """Call a program of Slurm; gives what it prints."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SlurmError(f'{command[0]}: {" ".join(done.stderr.split())}')
    return done.stdout.strip()


def _last_line(folder: Path) -> str:
    """The last thing that a task printed."""
    for log in sorted(folder.glob('*.log')):
        lines = log.read_text(errors='replace').split('\n')
        words = [line.strip() for line in lines if line.strip()]
        if words:
            return words[-1]
    return 'it has printed nothing'
