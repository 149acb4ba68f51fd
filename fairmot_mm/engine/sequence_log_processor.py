"""A log line of a validation without the scores of single sequences."""

from mmengine.runner import Runner

from fairmot_mm.engine.mean_log_processor import MeanLogProcessor
from fairmot_mm.engine.sequence_scores import split_names
from fairmot_mm.registry import LOG_PROCESSORS


@LOG_PROCESSORS.register_module()
class SequenceLogProcessor(MeanLogProcessor):
    """`MeanLogProcessor` with shorter log lines after a validation.

    The log line leaves out the scores of single sequences, such as
    ``mot/MOTA/MOT17-02``, because the table above it has them. The back-ends of the
    visualizer still get all scores.
    """

    def get_log_after_epoch(
        self,
        runner: Runner,
        batch_idx: int,
        mode: str,
        with_non_scalar: bool = False,
    ) -> tuple[dict, str]:
        """Return all scores, and the log line without those of single sequences."""
        tag, line = super().get_log_after_epoch(
            runner, batch_idx, mode, with_non_scalar
        )
        singles = tuple(f'{name}: ' for name in split_names(tag))
        items = line.split('  ')
        return tag, '  '.join(item for item in items if not item.startswith(singles))
