"""Training with generated code for the network."""

from collections.abc import Iterable, Sequence
from typing import Any

from mmengine.hooks import Hook
from mmengine.runner import Runner
from torch import nn

from fairmot_mm.engine.bare_model import bare_model
from fairmot_mm.registry import HOOKS
from fairmot_mm.utils import ConfigError
from fairmot_mm.utils.compiled import Compiled
from fairmot_mm.utils.shield import shield_programs

NETWORK = (
    'detector.backbone',
    'detector.neck',
    'detector.bbox_head',
    'detector.reid_head',
)


@HOOKS.register_module()
class CompileNetworkHook(Hook):
    """Lets ``torch.compile`` generate code for the parts of the network.

    mmengine's own key ``compile`` takes the whole step, which objects of varying number
    interrupt. Here targets, losses and update are not compiled. Results are those of
    the plain network up to rounding, and checkpoints have the same names. Validation
    runs the plain network, because its frames have another size.

    Args:
        modules: Names of parts of the model. The output of each must depend only on its
            input, and nothing else may call one of its methods.
        options: Keyword arguments of ``torch.compile``, such as ``mode``.

    Raises:
        ConfigError: The model has no part of this name, or, in the first iteration,
            this machine cannot generate code.
    """

    # After every hook that copies the model or changes its layout.
    priority = 'LOWEST'

    def __init__(self, modules: Sequence[str] = NETWORK, **options: Any) -> None:
        self.modules = tuple(modules)
        self.options = options
        self._compiled: list[nn.Module] = []

    def before_train(self, runner: Runner) -> None:
        """Set the code up; it is generated in the first iteration."""
        self.after_train(runner)
        model = bare_model(runner.model)
        self._compiled = compile_network(model, self.modules, **self.options)

    def after_train(self, runner: Runner) -> None:
        """Leave the model as it was."""
        for module in self._compiled:
            del vars(module)['forward']
        self._compiled = []

    after_failure = after_train


def compile_network(
    model: nn.Module, modules: Iterable[str] = NETWORK, **options: Any
) -> list[nn.Module]:
    """Replace the forward pass of parts of a model while they train.

    Args:
        model: Its parts are changed in place, their weights are not.
        modules: Names of parts.
        options: Keyword arguments of ``torch.compile``.

    Returns:
        The parts. Deleting ``forward`` from their ``vars`` undoes the change.

    Raises:
        ConfigError: The model has no part of this name.
    """
    try:
        parts = [model.get_submodule(name) for name in modules]
    except AttributeError as error:
        raise ConfigError(f'CompileNetworkHook.modules: {error}') from error
    for part in parts:
        vars(part)['forward'] = _InTraining(part, options)
    return parts


class _InTraining:
    """The compiled forward pass in training, the plain one otherwise."""

    def __init__(self, module: nn.Module, options: dict[str, Any]) -> None:
        self.module = module
        self.plain = module.forward
        self.compiled = Compiled(self.plain, 'CompileNetworkHook', **options)

    def __call__(self, *args: Any) -> Any:
        if not self.module.training:
            return self.plain(*args)
        with shield_programs():  # the first call, or one of a new shape, compiles
            return self.compiled(*args)
