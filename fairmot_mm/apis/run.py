"""The results of one run, one after another."""

from collections.abc import Generator, Iterator, Sequence
from typing import Generic, TypeVar

from fairmot_mm.video.result_writer import ResultWriter, WrittenFile

T = TypeVar('T')


class Run(Generic[T]):
    """An iterator over the results of one run, which can be closed before its end.

    Every run has its own tracker and files, so that several runs of one inferencer may
    be under way at the same time.

    Args:
        results: The results. They end the writers, if at least one was asked for.
        writers: Writers of the files of the run.
    """

    def __init__(
        self, results: Generator[T, None, None], writers: Sequence[ResultWriter]
    ) -> None:
        self._results = results
        self._writers = writers

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
    def count_texts(self) -> dict[str, list[str]]:
        """What was counted at lines and zones, by the name of the source."""
        return {
            writer.name: [text for one in writer.count_texts.values() for text in one]
            for writer in self._writers
        }
