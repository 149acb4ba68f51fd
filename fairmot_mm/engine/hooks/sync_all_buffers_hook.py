"""The same batch norm statistics in all processes."""

from mmengine.dist import all_reduce_params
from mmengine.hooks import EMAHook, SyncBuffersHook
from mmengine.runner import Runner

from fairmot_mm.registry import HOOKS


@HOOKS.register_module()
class SyncAllBuffersHook(SyncBuffersHook):
    """mmengine's ``SyncBuffersHook``, also for the averaged model of an ``EMAHook``.

    Each process computes running means from its own images. This hook averages them
    over the processes at the end of an epoch. All processes then validate the model
    that is saved, and the scores do not depend on how the videos are split over the
    processes.
    """

    def after_train_epoch(self, runner: Runner) -> None:
        """Average the buffers of all processes."""
        super().after_train_epoch(runner)
        if self.distributed:
            for hook in runner.hooks:
                if isinstance(hook, EMAHook):
                    all_reduce_params(hook.ema_model.buffers(), op='mean')
