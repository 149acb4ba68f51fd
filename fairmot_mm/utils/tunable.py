"""The contract of a component whose parameters can be searched."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

# A range (LOW, HIGH), of whole numbers if both are int; or a list of choices.
Values = tuple[Any, Any] | list[Any]


@runtime_checkable
class Tunable(Protocol):
    """A component that states what a search may set its own parameters to.

    `tune_tracker.py` asks the tracker of a config, and every registered part that the
    config names within it: a part ``birth`` that states ``score_thr`` is searched as
    ``birth.score_thr``, the first of several stages as ``stages.0.score_thr``. A part
    without this method keeps its values.
    """

    @classmethod
    def search_space(cls, cfg: Mapping[str, Any]) -> dict[str, Values]:
        """State the values to try.

        Args:
            cfg: Config of the component. A parameter that has no effect with it is left
                out.

        Returns:
            Ranges and lists of choices by parameter, without those of parts that have a
            config of their own.
        """
