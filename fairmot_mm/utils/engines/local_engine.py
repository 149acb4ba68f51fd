"""Jobs in processes of this machine."""

import itertools
import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from queue import SimpleQueue

from fairmot_mm.utils.engines.engine import Finished, Job
from fairmot_mm.utils.engines.worker_spec import (
    ATTEMPTS,
    JobRunner,
    StartError,
    WorkerSpec,
    died_error,
)
from fairmot_mm.utils.shield import worker_context

# Number of processes in a row that may die before they are ready.
_STARTS = 10


class LocalEngine:
    """Runs each worker in a process of its own, so that a worker dies alone.

    A pool of several processes loses all of them with one. So every worker is a pool of
    one process, and a thread of this process waits for it.

    Args:
        spec: What a worker is built from.
        num_workers: Number of processes.
        num_gpus: Number of GPUs that the processes share, each on one of them; 0: each
            process sees all.
    """

    def __init__(self, spec: WorkerSpec, num_workers: int, num_gpus: int = 0) -> None:
        self.spec = spec
        self.num_workers = num_workers
        self._threads = ThreadPoolExecutor(num_workers)
        self._over: SimpleQueue[Future[Finished]] = SimpleQueue()
        self._num_pending = 0
        self._num_gpus = num_gpus
        self._places = itertools.count()
        self._own = threading.local()
        self._pools: set[ProcessPoolExecutor] = set()
        self._is_over, self._call_off = multiprocessing.Pipe(duplex=False)
        self._closed = False

    def submit(self, job: Job) -> None:
        """Add a job, see `Engine`."""
        self._num_pending += 1
        self._threads.submit(self._run, job).add_done_callback(self._over.put)

    def finished(self) -> Iterator[Finished]:
        """Wait for the jobs, see `Engine`."""
        while self._num_pending:
            future = self._over.get()
            self._num_pending -= 1
            yield future.result()

    def close(self) -> None:
        """End all processes, see `Engine`."""
        self._closed = True
        self._call_off.send('over')  # nobody reads it, so that every process sees it
        self._threads.shutdown(cancel_futures=True)
        for pool in self._pools:
            pool.shutdown()
        self._call_off.close()
        self._is_over.close()

    def _run(self, job: Job) -> Finished:
        """Run a job in the process of this thread; a dead process is replaced."""
        for _ in range(ATTEMPTS):
            try:
                return self._ready_pool().submit(_work, job).result()
            except BrokenProcessPool:
                self._drop_pool()
            if self._closed:
                break
        return Finished(job, None, died_error())

    def _ready_pool(self) -> ProcessPoolExecutor:
        """The process of this thread; a new one is started where there is none."""
        pool: ProcessPoolExecutor | None = getattr(self._own, 'pool', None)
        if pool is not None:
            return pool
        for _ in range(_STARTS):
            pool = self._own.pool = ProcessPoolExecutor(
                1,
                worker_context('spawn'),
                initializer=_watch,
                initargs=(self._is_over,),
            )
            self._pools.add(pool)
            try:
                pool.submit(_start, self.spec, self._gpu()).result()
                return pool
            except BrokenProcessPool:
                self._drop_pool()
            if self._closed:
                break
        raise StartError(
            f'{_STARTS} worker processes were ended by the system while they started, '
            'in most cases because memory ran out: use fewer workers'
        )

    def _gpu(self) -> str | None:
        """Name of the GPU of this thread's process, as CUDA has it."""
        if not self._num_gpus:
            return None
        if not hasattr(self._own, 'place'):
            self._own.place = next(self._places)
        place: int = self._own.place % self._num_gpus
        visible = os.environ.get('CUDA_VISIBLE_DEVICES')
        return visible.split(',')[place] if visible else str(place)

    def _drop_pool(self) -> None:
        pool = self._own.pool
        self._own.pool = None
        self._pools.discard(pool)
        pool.shutdown(wait=False)


_runner: JobRunner | None = None


def _start(spec: WorkerSpec, gpu: str | None) -> None:
    """Make this process a worker: a kill until here is not the fault of a job."""
    global _runner
    if gpu is not None:  # CUDA reads it when it is first used
        os.environ['CUDA_VISIBLE_DEVICES'] = gpu
    _runner = JobRunner(spec)


def _work(job: Job) -> Finished:
    assert _runner is not None  # `_start` has set it
    return _runner.run(job)


def _watch(is_over: Connection) -> None:
    threading.Thread(target=_end_early, args=(is_over,), daemon=True).start()


def _end_early(is_over: Connection) -> None:
    """End this process when the engine is closed."""
    is_over.poll(None)
    os._exit(1)
