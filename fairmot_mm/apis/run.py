"""The results of one run, one after another."""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Generic, TypeVar

from fairmot_mm.apis.tracking_state import TrackingState
from fairmot_mm.exports.count_board import CountBoard
from fairmot_mm.utils import ConfigError
from fairmot_mm.video.result_files import WrittenFile
from fairmot_mm.video.result_writer import ResultWriter

T = TypeVar('T')


class Run(Generic[T]):
    """An iterator over the results of one run, which can be closed before its end.

    Every run has its own tracker and files, so that several runs of one inferencer may
    be under way at the same time.

    Args:
        results: The results. They end the writers, if at least one was asked for.
        writers: Writers of the files of the run.
        state: Takes the state of the tracker; None for a run of several sources.
    """

    def __init__(
        self,
        results: Generator[T, None, None],
        writers: Sequence[ResultWriter],
        state: Callable[[], TrackingState] | None = None,
    ) -> None:
        self._results = results
        self._writers = writers
        self._state = state

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        """Wait for the next result.

        Raises:
            StopIteration: The run is over.
            UserInputError: See `TrackInferencer`.
        """
        return next(self._results)

    def close(self) -> None:
        """End the run: finish its files, and give their names free."""
        try:
            self._results.close()
        finally:
            for writer in self._writers:
                writer.close()

    @property
    def written(self) -> list[WrittenFile]:
        """The files of the run, each with its number of frames; true once it is over.

        A file that could not be written is not in the list.
        """
        return [file for writer in self._writers for file in writer.written]

    @property
    def counts(self) -> dict[str, CountBoard]:
        """What was counted at lines and zones up to the last result, by the source."""
        return {
            writer.name: writer.counts
            for writer in self._writers
            if writer.counts is not None
        }

    @property
    def count_texts(self) -> dict[str, list[str]]:
        """What was counted in words, by the name of the source."""
        return {
            writer.name: [text for one in writer.count_texts.values() for text in one]
            for writer in self._writers
        }

    def state(self) -> TrackingState:
        """Take the state of the tracker, for a run that goes on from here.

        The tracker of a live source is at the last result; that of other sources works
        ahead, so that its state belongs to the last result only when the run is over.

        Returns:
            The state.

        Raises:
            ConfigError: The run has several sources, or its tracker cannot be saved.
            DataError: There was no frame yet.
        """
        if self._state is None:
            raise ConfigError('a run of several sources has no state of one tracker')
        return self._state()
