"""One set of batch norm statistics for all processes."""

from mmengine.dist import all_reduce_params
from mmengine.hooks import EMAHook, SyncBuffersHook
from mmengine.runner import Runner

from fairmot_mm.registry import HOOKS


@HOOKS.register_module()
class SyncAllBuffersHook(SyncBuffersHook):
    """mmengine's ``SyncBuffersHook``, for the averaged weights of an ``EMAHook`` too.

    Every process gathers running means of its own images. Averaged at the end of an
    epoch, the model that each process validates its videos with is the one that is
    saved, and the table does not depend on who tracked which video.
    """

    def after_train_epoch(self, runner: Runner) -> None:
        """Average the buffers of all processes."""
        super().after_train_epoch(runner)
        if self.distributed:
            for hook in runner.hooks:
                if isinstance(hook, EMAHook):
                    all_reduce_params(hook.ema_model.buffers(), op='mean')
