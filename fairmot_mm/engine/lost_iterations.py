"""How many iterations of a training nothing was learned from."""

from collections import deque

_WINDOW = 1000  # iterations of which too large a share may not be lost


class LostIterations:
    """Count iterations without learning, and say when they are too many.

    Args:
        max_in_a_row: Number in a row that is allowed.
        max_share: Share of the last 1000 iterations (fewer at the start) that is
            allowed.
    """

    def __init__(self, max_in_a_row: int, max_share: float) -> None:
        self.max_in_a_row = max_in_a_row
        self.max_share = max_share
        self.start(0)

    def start(self, iteration: int) -> None:
        """Begin to count.

        Args:
            iteration: Number of iterations before this run.
        """
        self._first = iteration + 1
        self.in_a_row = 0
        self._lost: deque[int] = deque()

    def add(self, iteration: int, num_batches: int, few: int) -> str | None:
        """Count batches that nothing was learned from.

        Args:
            iteration: Number of the iteration, from 1.
            num_batches: Number of batches, those of an accumulated update.
            few: Number of batches that may be lost, whatever their share.

        Returns:
            What is too much, or None.
        """
        self.in_a_row += 1
        self._lost.extend([iteration] * num_batches)
        first = max(self._first, iteration - _WINDOW + 1)
        while self._lost[0] < first:
            self._lost.popleft()
        lost, seen = len(self._lost), iteration - first + 1
        if self.in_a_row > self.max_in_a_row:
            return f'{self.in_a_row} iterations in a row cannot be learned from'
        if lost > max(few, self.max_share * seen):
            return (
                f'{lost} of the last {seen} iterations cannot be learned from, more '
                f'than max_skipped_share={self.max_share:g}'
            )
        return None
