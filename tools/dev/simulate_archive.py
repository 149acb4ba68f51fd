"""Simulate a run over an archive on a cluster of any size.

    python tools/dev/simulate_archive.py --workers 1600 --videos 20000 --seconds 3600

Each worker takes the next video, waits for the driver (which hands out one job after
the other), fetches the video over a network that all share, and tracks it. The network
gives its bandwidth to one request after the other; videos are fetched while they are
decoded, so a video takes the longer of the two times. docs/explanation/scale.md has the
measured times that go in.
"""

import argparse
import heapq
import random
from typing import NamedTuple


class Cluster(NamedTuple):
    """What limits a run.

    Attributes:
        workers: Number of workers.
        fps: Frames a second of one worker.
        overhead: Seconds of a worker for each video, beside its frames.
        driver: Seconds of the driver for each job.
        network: Megabytes a second of network and storage together.
    """

    workers: int
    fps: float
    overhead: float
    driver: float
    network: float


class Outcome(NamedTuple):
    """How long a run takes, and how busy its parts are, in [0, 1].

    Attributes:
        seconds: From the first job to the last result.
        workers: Mean share of the workers that decode or compute.
        driver: Share of the time in which the driver is busy.
        network: Share of the time in which the network is busy.
    """

    seconds: float
    workers: float
    driver: float
    network: float


def simulate(cluster: Cluster, frames: list[int], megabytes: list[float]) -> Outcome:
    """Run the videos through the cluster.

    Args:
        cluster: What limits the run.
        frames: Number of frames of each video.
        megabytes: Size of each video.
    """
    ready = [0.0] * cluster.workers  # when each worker is free
    driver_free = network_free = busy = 0.0
    for count, size in zip(frames, megabytes, strict=True):
        begin = max(heapq.heappop(ready), driver_free) + cluster.driver
        driver_free = begin
        network_free = max(network_free, begin) + size / cluster.network
        work = cluster.overhead + count / cluster.fps
        end = max(begin + work, network_free)
        busy += work
        heapq.heappush(ready, end)
    seconds = max(ready)
    return Outcome(
        seconds,
        busy / (seconds * cluster.workers),
        cluster.driver * len(frames) / seconds,
        sum(megabytes) / cluster.network / seconds,
    )


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    for name, default, text in (
        ('workers', 1600, 'number of workers'),
        ('fps', 15.0, 'frames a second of a worker'),
        ('overhead', 0.1, 'seconds of a worker for each video beside its frames'),
        ('driver', 0.005, 'seconds of the driver for each job'),
        ('network', 1250.0, 'megabytes a second of network and storage'),
        ('videos', 20000, 'number of videos'),
        ('seconds', 3600.0, 'mean length of a video'),
        ('spread', 0.5, 'lengths lie between (1 - spread) and (1 + spread) of it'),
        ('rate', 25.0, 'frames a second of the videos'),
        ('megabits', 4.0, 'megabits a second of the videos'),
    ):
        parser.add_argument(
            f'--{name}', type=type(default), default=default, help=f'{text} ({default})'
        )
    return parser.parse_args()


def main() -> None:
    """Run the tool."""
    args = parse_args()
    rng = random.Random(0)
    spread = args.spread * args.seconds
    lengths = [
        rng.uniform(args.seconds - spread, args.seconds + spread)
        for _ in range(args.videos)
    ]
    lengths.sort(reverse=True)  # as the driver hands them out
    cluster = Cluster(args.workers, args.fps, args.overhead, args.driver, args.network)
    outcome = simulate(
        cluster,
        [round(length * args.rate) for length in lengths],
        [length * args.megabits / 8 for length in lengths],
    )
    frames = sum(lengths) * args.rate
    print(
        f'{outcome.seconds / 3600:.2f} hours, {frames / outcome.seconds:.0f} fps; '
        f'busy: workers {outcome.workers:.0%}, driver {outcome.driver:.0%}, '
        f'network {outcome.network:.0%}'
    )


if __name__ == '__main__':
    main()
