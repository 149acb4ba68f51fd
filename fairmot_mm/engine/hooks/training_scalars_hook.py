"""Values of training that mmengine does not log."""

from os.path import commonpath
from typing import Any

from mmengine.hooks import Hook
from mmengine.optim import OptimWrapperDict
from mmengine.runner import Runner
from torch import nn

from fairmot_mm.engine.bare_model import bare_model
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils.machine import peak_memory


@HOOKS.register_module()
class TrainingScalarsHook(Hook):
    """Log the memory of the process and, where there are several, all learning rates.

    ``host_memory`` is the most memory that the process held so far, in MiB, without its
    workers; mmengine's ``memory`` is that of the GPU. mmengine's ``lr`` is the rate of
    the optimizer. Where parameters differ, each rate is logged too, by the part of the
    model that has it: ``detector.backbone.lr``.
    """

    def before_train(self, runner: Runner) -> None:
        """Name the rates."""
        model = bare_model(runner.model)
        self._groups: dict[str, dict] = {}
        wrapper = runner.optim_wrapper
        if not isinstance(wrapper, OptimWrapperDict):  # the user named those of one
            self._groups = _name_rates(model, wrapper.optimizer.param_groups)

    def before_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None
    ) -> None:
        """Note memory and rates."""
        for name, group in self._groups.items():
            runner.message_hub.update_scalar(f'train/{name}.lr', group['lr'])
        runner.message_hub.update_scalar('train/host_memory', peak_memory() // 2**20)


def _name_rates(model: nn.Module, groups: list[dict]) -> dict[str, dict]:
    """A group of parameters for each different rate, by what their names share."""
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    having: dict[float, list[str]] = {}
    first: dict[float, dict] = {}
    for group in groups:
        rate = group.get('initial_lr', group['lr'])
        first.setdefault(rate, group)
        having.setdefault(rate, []).extend(names[id(p)] for p in group['params'])
    if len(first) == 1:
        return {}
    shared = {
        rate: commonpath([f'/{name.replace(".", "/")}' for name in own])
        for rate, own in having.items()
    }
    shared = {rate: n[1:].replace('/', '.') or 'model' for rate, n in shared.items()}
    if len({*shared.values()}) < len(shared):  # as of weights and biases
        shared = {rate: own[0] for rate, own in having.items()}
    return {shared[rate]: group for rate, group in first.items()}
