"""Log lines with the mean of all iterations and processes since the last line."""

from typing import Any

import numpy as np
from mmengine.dist import all_gather_object
from mmengine.runner import LogProcessor, Runner

from fairmot_mm.registry import LOG_PROCESSORS

_LOGGED = 'logged_values'
# Values that describe a moment, not a batch, by the end of their names.
_CURRENT = ('lr', 'momentum', 'memory', 'refused_updates')


@LOG_PROCESSORS.register_module()
class MeanLogProcessor(LogProcessor):
    """mmengine's ``LogProcessor`` with other values in a line of the training.

    Each loss, ``grad_norm`` and each time is the mean of the iterations since the last
    line, of all processes. mmengine's own processor logs the losses of one batch of the
    first process, except for the sum of all losses. ``lr`` and ``memory`` are those of
    the first process when the line is written. A value that no iteration gave, because
    the batches were left out, is not in the line. Arguments are those of
    ``LogProcessor``.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._means: dict[str, float | None] = {}

    def get_log_after_iter(
        self, runner: Runner, batch_idx: int, mode: str
    ) -> tuple[dict, str]:
        """Return the values after an iteration, and their line."""
        self._means = _average(self._since_last_line(runner)) if mode == 'train' else {}
        try:
            return super().get_log_after_iter(runner, batch_idx, mode)
        finally:
            self._means = {}

    def _since_last_line(self, runner: Runner) -> dict[str, tuple[float, int]]:
        """Sum and number of the values of this process by key."""
        hub = runner.message_hub
        # Values that a line had already. Checkpoints hold their number, so a resumed
        # run has the lines that it would have had.
        logged = dict(hub.get_info(_LOGGED, {}))
        unknown = bool(runner.cfg.get('resume')) and not logged
        found = {}
        for key, buffer in hub.log_scalars.items():
            if key.startswith('train/') and not key.endswith(_CURRENT):
                values, counts = buffer.data
                start = logged.get(key, 0)
                # A buffer that is full forgets its first values.
                if unknown or len(values) >= buffer.max_length:
                    start = max(len(values) - self.window_size, 0)
                logged[key] = len(values)
                sums = np.sum(values[start:]), np.sum(counts[start:])
                found[key] = float(sums[0]), int(sums[1])
        hub.update_info(_LOGGED, logged)
        return found

    def _collect_scalars(
        self,
        custom_cfg: list[dict],
        runner: Runner,
        mode: str,
        reserve_prefix: bool = False,
    ) -> dict:
        """Put the means in place of mmengine's values, unless `custom_cfg` has them."""
        tag = super()._collect_scalars(custom_cfg, runner, mode, reserve_prefix)
        chosen = {cfg.get('log_name', cfg['data_src']) for cfg in custom_cfg}
        for key, mean in self._means.items():
            name = key.removeprefix('train/')
            shown = key if reserve_prefix else name
            if name not in chosen and mean is None:
                tag.pop(shown)
            elif name not in chosen:
                tag[shown] = mean
        return tag


def _average(own: dict[str, tuple[float, int]]) -> dict[str, float | None]:
    """Means over all processes; None where there are no values."""
    parts = all_gather_object(own)
    means = {}
    for key in own:
        sums, counts = zip(*(part.get(key, (0.0, 0)) for part in parts), strict=True)
        means[key] = sum(sums) / sum(counts) if sum(counts) else None
    return means
