"""Spreading independent jobs over processes."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing.connection import Connection, wait
from typing import TypeVar

from rich.progress import track

Job = TypeVar('Job')
Result = TypeVar('Result')


def map_parallel(
    function: Callable[[Job], Result],
    jobs: Sequence[Job],
    *,
    workers: int | None = None,
    description: str = '',
    show_progress: bool = False,
) -> list[Result]:
    """Results of ``function(job)`` in the order of ``jobs``.

    The first error, an interrupt included, ends all workers at once, whatever they are
    at, and is raised: when this returns or raises, none is at work any more. Where this
    process is killed, they end as well.

    Args:
        function: A function at the top of a module, or a ``partial`` of one.
        jobs: What to call it with.
        workers: Processes; None takes one a core, at most as many as there are jobs.
            With one the jobs run in this process.
        description: Text beside the progress bar.
        show_progress: Draw a progress bar.
    """
    workers = min(workers or os.cpu_count() or 1, len(jobs))
    look: dict = {'description': description, 'disable': not show_progress}
    if workers <= 1:
        return [function(job) for job in track(jobs, **look)]
    is_over, call_off = multiprocessing.Pipe(duplex=False)
    with (
        is_over,
        call_off,
        ProcessPoolExecutor(
            workers, initializer=_start_worker, initargs=(is_over,)
        ) as executor,
    ):
        try:
            futures = [executor.submit(function, job) for job in jobs]
            for future in track(as_completed(futures), total=len(jobs), **look):
                future.result()
        except BaseException:
            call_off.send('over')
            raise
        return [future.result() for future in futures]


def _start_worker(is_over: Connection) -> None:
    # An interrupt from the keyboard reaches the whole group; the parent deals with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_early, args=(is_over,), daemon=True).start()


def _end_early(is_over: Connection) -> None:
    """End this worker once the parent is gone or says so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        # Nobody reads what the parent says: each of the workers is to see it.
        wait([is_over, parent.sentinel])
        os._exit(1)
