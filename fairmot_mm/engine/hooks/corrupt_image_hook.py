"""Images that were left out: said once, and not too many of them."""

import logging
from typing import Any

import torch
from mmengine.dist import all_gather_object, all_reduce
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner

from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.errors import DataError

INFO = 'corrupt_images'


@HOOKS.register_module()
class CorruptImageHook(Hook):
    """Log every image that ``JDEDataset(on_corrupt='skip')`` replaced, once.

    What was found is in the checkpoints: a resumed run does not name it again, and the
    limit is that of the whole training.

    Args:
        max_images: Different images after which the run stops: then it is the disk or
            the data set.
    """

    def __init__(self, max_images: int = 100) -> None:
        self.max_images = max_images

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Look for replacements in the batches of all processes.

        Raises:
            DataError: There are too many.
        """
        known = {*runner.message_hub.runtime_info.get(INFO, ())}
        samples = data_batch.get('data_samples', ()) if data_batch else ()
        found = {
            message
            for sample in samples
            for message in sample.metainfo.get('unreadable', ())
        } - known
        any_found = torch.tensor(len(found))
        all_reduce(any_found, 'max')
        if not any_found:
            return
        new = sorted(set().union(*all_gather_object(found)))
        for message in new:
            print_log(
                f'iteration {runner.iter + 1}: {message}; another takes its place',
                'current',
                logging.WARNING,
            )
        runner.message_hub.update_info(INFO, sorted(known.union(new)))
        if len(known) + len(new) > self.max_images:
            raise DataError(
                f'{len(known) + len(new)} images cannot be read, and '
                f'default_hooks.corrupt_images.max_images={self.max_images}: '
                'tools/misc/check_dataset.py lists them all'
            )
