"""How long a live source is waited for."""

from dataclasses import dataclass

from fairmot_mm.utils.contracts import require_range


@dataclass(frozen=True)
class LiveOptions:
    """What to do where a live source stops delivering.

    Args:
        timeout: Seconds without a frame after which a source counts as broken.
        reconnect: Seconds for which a broken source is opened again and again, with
            pauses that grow from half a second to ten seconds. With 0 the run ends.

    Raises:
        ConfigError: A value is out of its range.
    """

    timeout: float = 30.0
    reconnect: float = 0.0

    def __post_init__(self) -> None:
        require_range(above=0, timeout=self.timeout)
        require_range(low=0, reconnect=self.reconnect)
