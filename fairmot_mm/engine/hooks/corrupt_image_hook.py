"""Name the images that were left out, and stop when there are too many."""

from typing import Any

from mmengine.dist import all_gather_object
from mmengine.hooks import Hook
from mmengine.runner import Runner

from fairmot_mm.engine.hooks.flag_exchange_hook import find_flag_exchange
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.errors import DataError

INFO = 'corrupt_images'


@HOOKS.register_module()
class CorruptImageHook(Hook):
    """Log every image that ``JDEDataset(on_corrupt='skip')`` replaced, once.

    The processes tell each other of such images at the interval of the
    `FlagExchangeHook`. Checkpoints hold what was found: a resumed run does not name an
    image again, and the limit is that of the whole training.

    Args:
        max_images: Number of different images after which the run stops, because then
            the disk or the data set is damaged.
    """

    def __init__(self, max_images: int = 100) -> None:
        self.max_images = max_images
        self._found: dict[str, int] = {}  # message to iteration, from 1

    def before_train(self, runner: Runner) -> None:
        """Require the exchange.
        Raises:
            ConfigError: The Runner has no `FlagExchangeHook`.
        """
        find_flag_exchange(runner)
        self._found = {}

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Look for replacements in the batch of this process.

        Args:
            runner: The Runner of the training.
            batch_idx: Not used.
            data_batch: Batch of the pipeline, with ``data_samples``.
        """
        known = runner.message_hub.runtime_info.get(INFO, ())
        for sample in data_batch.get('data_samples', ()) if data_batch else ():
            for message in sample.metainfo.get('unreadable', ()):
                if message not in known:
                    self._found.setdefault(message, runner.iter + 1)

    def own_flag(self) -> int:
        """Count the images that this process met since the last exchange.

        Returns:
            Number of images.
        """
        return len(self._found)

    def on_flag(self, runner: Runner, flag: int) -> None:
        """Log the images of all processes, and keep them for the checkpoint.

        Args:
            runner: The Runner of the training.
            flag: Not used.

        Raises:
            DataError: There are more than `max_images` in the training so far.
        """
        new: dict[str, int] = {}
        for found in all_gather_object(self._found):
            for message, iteration in found.items():
                new[message] = min(iteration, new.get(message, iteration))
        self._found = {}
        for message, iteration in sorted(new.items()):
            runner.logger.warning(
                f'iteration {iteration}: {message}; another image takes its place'
            )
        known = {*runner.message_hub.runtime_info.get(INFO, ()), *new}
        runner.message_hub.update_info(INFO, sorted(known))
        if len(known) > self.max_images:
            raise DataError(
                f'{len(known)} images cannot be read, and '
                f'default_hooks.corrupt_images.max_images={self.max_images}: '
                'tools/misc/check_dataset.py lists them all'
            )
