"""How a process builds its worker, and how the worker takes a job."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from fairmot_mm.utils import UserInputError
from fairmot_mm.utils.engines.engine import Finished, Job, Result

# Number of workers that may die with a job before it counts as failed.
ATTEMPTS = 3


class StartError(UserInputError):
    """A worker cannot be built, so that no job can run."""


@dataclass(frozen=True)
class WorkerSpec:
    """What a worker is built from, in a form that reaches every machine.

    Attributes:
        factory: Module and name of the class or function that builds the worker, as in
            ``fairmot_mm.archive.track_worker:TrackWorker``.
        arguments: Its arguments; values that JSON can hold.
    """

    factory: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def build(self) -> Callable[[Job], Result]:
        """Build the worker.

        Raises:
            UserInputError: What the factory raises.
        """
        module, _, name = self.factory.partition(':')
        worker: Callable[[Job], Result] = getattr(import_module(module), name)(
            **self.arguments
        )
        return worker


class JobRunner:
    """Builds the worker of this process, and gives it jobs.

    A worker that cannot be built is an error of the first job, because an engine can
    tell that apart from a process that was killed.

    Args:
        spec: What the worker is built from.
    """

    def __init__(self, spec: WorkerSpec) -> None:
        self._error = ''
        try:
            self._worker = spec.build()
        except UserInputError as error:
            self._error = str(error)

    def run(self, job: Job) -> Finished:
        """Run a job; an error of the job is a part of the answer.

        Args:
            job: The argument of the worker.

        Returns:
            The job with its result or its error.

        Raises:
            StartError: The worker cannot be built.
        """
        if self._error:
            raise StartError(self._error)
        try:
            return Finished(job, self._worker(job))
        except UserInputError as error:
            return Finished(job, None, ' '.join(str(error).split()))
        except Exception as error:
            # A fault of the program is told apart from one of the user by its place.
            place = traceback.extract_tb(error.__traceback__)[-1]
            text = ' '.join(f'{type(error).__name__}: {error}'.split())
            return Finished(job, None, f'{text} ({place.filename}, {place.lineno})')


def died_error(attempts: int = ATTEMPTS) -> str:
    """Describe a job whose workers died.

    Args:
        attempts: Number of workers that died.
    """
    return (
        f'the process of this job was ended by the system {attempts} times, in most '
        'cases because memory ran out: use fewer workers, or more memory'
    )
