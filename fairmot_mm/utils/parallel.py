"""Running independent jobs in several processes."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.connection import Connection
from typing import TypeVar

from rich.progress import track

from fairmot_mm.utils.shield import worker_context
from fairmot_mm.utils.threads import available_cores

Job = TypeVar('Job')
Result = TypeVar('Result')


def map_parallel(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    *,
    chunk: int = 1,
    workers: int | None = None,
    description: str = '',
    show_progress: bool = False,
) -> list[Result]:
    """Call ``function(job)`` for each job, in several processes.

    The first error, or an interrupt, ends all workers at once and is raised. After this
    function has returned or raised, no worker is running. If this process is killed,
    the workers end too.

    Args:
        function: A function at the top of a module, or a ``partial`` of one.
        jobs: The argument of each call.
        chunk: Number of jobs that a process takes at once.
        workers: Number of processes; None starts one for each available core, but not
            more than there are chunks of jobs. With one the jobs run in this process.
        description: Text next to the progress bar.
        show_progress: Draw a progress bar.

    Returns:
        The results in the order of ``jobs``.
    """
    chunks = [jobs[start : start + chunk] for start in range(0, len(jobs), chunk)]
    workers = min(workers or available_cores(), len(chunks))
    look: dict = {'description': description, 'disable': not show_progress}
    if workers <= 1:
        return [function(job) for job in track(jobs, **look)]
    is_over, call_off = multiprocessing.Pipe(duplex=False)
    with (
        is_over,
        call_off,
        ProcessPoolExecutor(
            workers, worker_context(), initializer=_start_worker, initargs=(is_over,)
        ) as executor,
    ):
        try:
            futures = [executor.submit(_call, function, own) for own in chunks]
            for future in track(as_completed(futures), total=len(chunks), **look):
                future.result()
        except BaseException:
            call_off.send('over')
            raise
        return [result for future in futures for result in future.result()]


def _call(function: Callable[[Job], Result], jobs: Sequence[Job]) -> list[Result]:
    return [function(job) for job in jobs]


def _start_worker(is_over: Connection) -> None:
    threading.Thread(target=_end_early, args=(is_over,), daemon=True).start()


def _end_early(is_over: Connection) -> None:
    """End this worker when the parent sends that the work is over."""
    is_over.poll(None)  # the message is not read, so that every worker sees it
    os._exit(1)
