"""Generating code for a function of PyTorch."""

from collections.abc import Callable
from typing import Any

import torch

from fairmot_mm.utils.errors import ConfigError


class Compiled:
    """A function compiled by ``torch.compile``; its errors say what is missing.

    Args:
        function: The function, which is compiled at its first call.
        asked_by: The key or component of the config that asks for it, for messages.
        options: Keyword arguments of ``torch.compile``.
    """

    def __init__(
        self, function: Callable[..., Any], asked_by: str, **options: Any
    ) -> None:
        self.function = torch.compile(function, **options)
        self.asked_by = asked_by

    def __call__(self, *args: Any) -> Any:
        """Call the compiled function.

        Args:
            args: Arguments of the function.

        Returns:
            What the function returns.

        Raises:
            ConfigError: The machine cannot generate code.
        """
        try:
            return self.function(*args)
        except torch._dynamo.exc.BackendCompilerFailed as error:
            reason = ' '.join(str(error).partition('\n\n')[0].split())
            raise ConfigError(
                f'{self.asked_by}: this machine cannot generate code ({reason}); it '
                'needs a C++ compiler, for a GPU also Triton. Install them, or leave '
                f'{self.asked_by} out'
            ) from error
