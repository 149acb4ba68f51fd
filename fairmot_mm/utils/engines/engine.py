"""The contract of what runs many jobs at the same time."""

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol, TypeAlias

# A job, and what a worker gives for it: values that JSON can hold.
Job: TypeAlias = dict[str, Any]
Result: TypeAlias = dict[str, Any]


class Finished(NamedTuple):
    """A job that is over.

    Attributes:
        job: The job.
        result: What the worker gave; None if it failed.
        error: What went wrong, in one line; None if nothing did.
    """

    job: Job
    result: Result | None
    error: str | None = None


class Engine(Protocol):
    """Runs jobs in workers, which are built once and used for many jobs.

    A worker that dies is replaced, and its job starts again in another one. A job with
    which three workers died is over with an error.

    Attributes:
        num_workers: Number of jobs that run at the same time.
    """

    num_workers: int

    def submit(self, job: Job) -> None:
        """Add a job; it may be called while `finished` is being read.

        Args:
            job: The argument of the worker.
        """

    def finished(self) -> Iterator[Finished]:
        """Wait for the jobs.

        Yields:
            Jobs in the order in which they end, until none is left.

        Raises:
            UserInputError: A worker cannot be built.
        """

    def close(self) -> None:
        """End all workers; what they were doing is lost."""
