"""A log that stays readable with many sequences."""

from mmengine.runner import LogProcessor, Runner

from fairmot_mm.engine.sequence_scores import split_names
from fairmot_mm.registry import LOG_PROCESSORS


@LOG_PROCESSORS.register_module()
class SequenceLogProcessor(LogProcessor):
    """mmengine's ``LogProcessor``; the log's line of a validation has no sequences.

    Their scores stand in the table that is logged before it; ``mot/MOTA/MOT17-02`` and
    the like go to the back-ends of the visualizer only.
    """

    def get_log_after_epoch(
        self,
        runner: Runner,
        batch_idx: int,
        mode: str,
        with_non_scalar: bool = False,
    ) -> tuple[dict, str]:
        """All values for the back-ends, and the line for the log."""
        tag, line = super().get_log_after_epoch(
            runner, batch_idx, mode, with_non_scalar
        )
        singles = tuple(f'{name}: ' for name in split_names(tag))
        items = line.split('  ')
        return tag, '  '.join(item for item in items if not item.startswith(singles))
