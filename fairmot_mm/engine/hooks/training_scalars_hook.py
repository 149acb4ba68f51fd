"""Logged values that mmengine does not log itself."""

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
    """Log the memory of the process and, if there are several, all learning rates.

    ``host_memory`` is the peak memory of the process so far, in MiB, without its
    workers. (mmengine's ``memory`` is the memory of the GPU, and its ``lr`` is the rate
    of the first parameter group.) If parts of the model have different learning rates,
    each rate is logged under the name of its part, such as ``detector.backbone.lr``.
    """

    def before_train(self, runner: Runner) -> None:
        """Find the learning rates and their names."""
        model = bare_model(runner.model)
        self._groups: dict[str, dict] = {}
        wrapper = runner.optim_wrapper
        if not isinstance(wrapper, OptimWrapperDict):  # its keys name the optimizers
            self._groups = _name_rates(model, wrapper.optimizer.param_groups)

    def before_train_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """Log the memory and the learning rates."""
        for name, group in self._groups.items():
            runner.message_hub.update_scalar(f'train/{name}.lr', group['lr'])
        runner.message_hub.update_scalar('train/host_memory', peak_memory() // 2**20)


def _name_rates(model: nn.Module, groups: list[dict]) -> dict[str, dict]:
    """One parameter group for each learning rate, by the common part of its names."""
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
    if len({*shared.values()}) < len(shared):  # such as weights and biases
        shared = {rate: own[0] for rate, own in having.items()}
    return {shared[rate]: group for rate, group in first.items()}
