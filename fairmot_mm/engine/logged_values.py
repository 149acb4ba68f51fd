"""Taking values of an iteration out of what is logged."""

from collections.abc import Iterable

from mmengine.logging import HistoryBuffer, MessageHub


class LoggedValues:
    """The values of a training that the log averages.

    Args:
        hub: Message hub of the Runner.
    """

    def __init__(self, hub: MessageHub) -> None:
        self._scalars = hub.log_scalars
        # Before the iteration.
        self._lengths = {key: len(b.data[0]) for key, b in self._scalars.items()}

    def forget(self, names: Iterable[str]) -> None:
        """Remove the values that came after this object was made.

        Args:
            names: Names of the values, without ``train/``.
        """
        for key in (f'train/{name}' for name in names):
            length = self._lengths.get(key, 0)
            buffer = self._scalars.get(key)
            values, counts = buffer.data if buffer is not None else ((), ())
            if len(values) > length > 0:
                self._scalars[key] = HistoryBuffer(values[:length], counts[:length])
            elif len(values) > length:
                del self._scalars[key]
