"""Jobs on a cluster of Ray."""

import os
import socket
from collections import deque
from collections.abc import Iterator
from math import floor
from types import ModuleType
from typing import Any

from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.engines.engine import Finished, Job
from fairmot_mm.utils.engines.worker_spec import (
    ATTEMPTS,
    JobRunner,
    StartError,
    WorkerSpec,
    died_error,
)

# Bytes of shared memory of a Ray that is started here: jobs and results are small.
_OBJECT_STORE = 100_000_000


class RayEngine:
    """Runs each worker as an actor of Ray, on any node with a free place for it.

    Ray restarts an actor that dies, or whose node is lost, and gives it its job again.
    Without an address, and without ``RAY_ADDRESS``, a Ray of this machine alone is
    started, which listens on loopback and ends with this process.

    Args:
        spec: What a worker is built from. The package must be installed on each node.
        num_workers: Number of actors; None takes as many as the cluster has room for.
        num_cpus: Cores of an actor.
        num_gpus: GPUs of an actor; a part of one lets several share it. None: one if
            the cluster has any.
        address: Address of a running cluster, as in ``auto`` or ``ray://head:10001``.

    Raises:
        ConfigError: Ray is not installed, the cluster cannot be reached, or it has no
            room for a worker.
    """

    def __init__(
        self,
        spec: WorkerSpec,
        num_workers: int | None = None,
        num_cpus: float = 1,
        num_gpus: float | None = None,
        address: str | None = None,
    ) -> None:
        self._ray = _connect(address, num_workers, num_cpus)
        if num_gpus is None:
            num_gpus = int(self._ray.cluster_resources().get('GPU', 0) > 0)
        room = self._room(num_cpus, num_gpus)
        if room < 1:
            self.close()
            raise ConfigError(
                f'the Ray cluster has no room for a worker of {num_cpus:g} CPU(s) and '
                f'{num_gpus:g} GPU(s): lower --cpus-per-worker or --gpus-per-worker'
            )
        self.num_workers = min(num_workers or room, room)
        actor = self._ray.remote(JobRunner).options(
            num_cpus=num_cpus,
            num_gpus=num_gpus,
            max_restarts=-1,
            max_task_retries=ATTEMPTS - 1,
        )
        self._idle = [actor.remote(spec) for _ in range(self.num_workers)]
        self._waiting: deque[Job] = deque()
        self._running: dict[Any, tuple[Job, Any]] = {}

    def submit(self, job: Job) -> None:
        """Add a job, see `Engine`."""
        self._waiting.append(job)

    def finished(self) -> Iterator[Finished]:
        """Wait for the jobs, see `Engine`."""
        while self._waiting or self._running:
            while self._waiting and self._idle:
                actor, job = self._idle.pop(), self._waiting.popleft()
                self._running[actor.run.remote(job)] = job, actor
            (ready,), _ = self._ray.wait([*self._running])
            job, actor = self._running.pop(ready)
            self._idle.append(actor)
            yield self._answer(ready, job)

    def close(self) -> None:
        """End the actors, and the Ray that was started here, see `Engine`."""
        self._ray.shutdown()

    def _room(self, num_cpus: float, num_gpus: float) -> int:
        """Number of actors that fit on the nodes, each as a whole on one."""
        return sum(
            min(
                floor(node['Resources'].get(kind, 0) / each)
                for kind, each in (('CPU', num_cpus), ('GPU', num_gpus))
                if each
            )
            for node in self._ray.nodes()
            if node['Alive']
        )

    def _answer(self, ready: Any, job: Job) -> Finished:
        """What an actor gave for a job."""
        errors = self._ray.exceptions
        try:
            answer: Finished = self._ray.get(ready)
        except errors.RayTaskError as error:
            if isinstance(error.cause, StartError):
                raise error.cause from None
            raise
        except errors.RayError:  # the actor died, or its node was lost
            return Finished(job, None, died_error())
        return answer


def _connect(
    address: str | None, num_workers: int | None, num_cpus: float
) -> ModuleType:
    """Join a cluster, or start one on this machine."""
    address = address or os.environ.get('RAY_ADDRESS')
    os.environ.setdefault(
        'RAY_USAGE_STATS_ENABLED', '0'
    )  # Ray reports no run to its makers
    if not address:
        # Without clusters, Ray listens on loopback alone; it reads this when imported.
        os.environ.setdefault('RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER', '0')
    try:
        import ray
        import ray.exceptions
    except ImportError as error:
        raise ConfigError(
            "the engine ray needs Ray: pip install 'fairmot_mm[ray]'"
        ) from error
    look: dict[str, Any] = dict(logging_level='ERROR', log_to_driver=False)
    if not address:
        ray.init(
            num_cpus=num_workers and max(1, round(num_workers * num_cpus)),
            include_dashboard=False,
            object_store_memory=_OBJECT_STORE,
            **look,
        )
        return ray
    _require_listener(address)
    try:
        ray.init(address, **look)
    except Exception as error:  # of many kinds, some of them private
        what = str(error).strip().partition('\n')[0]
        raise ConfigError(
            f'the Ray cluster {address} cannot be reached: {what}'
        ) from error
    return ray


def _require_listener(address: str) -> None:
    """Refuse an address where nobody listens: Ray would wait for very long."""
    host, separator, port = address.rpartition('://')[2].rpartition(':')
    if not separator:
        return  # as in auto, which Ray looks up
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except (OSError, ValueError) as error:
        raise ConfigError(
            f'the Ray cluster {address} cannot be reached: {error}'
        ) from error
