"""Check that this environment has the pinned versions and that mmcv computes.

    .venv/bin/python tools/dev/check_setup.py

The last step of `make setup`. Ends with one sentence when something is wrong.
"""

import os
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[2] / 'requirements'
FILES = ('dev.txt', 'lock.txt', 'mmcv.txt')
AGAIN = 'run `make clean setup`'
# What a run imports only when it uses it.
LATER = (
    *('av', 'matplotlib.figure', 'motmetrics', 'scipy.linalg', 'scipy.optimize'),
    *('scipy.sparse.csgraph', 'torch._dynamo', 'torch.utils.tensorboard'),
    'trackeval.metrics',
)


def main() -> None:
    """Check mmcv and its operators, then versions, then a result of an operator."""
    try:
        from fairmot_mm.utils.setup_env import FORKS, check_environment, find_version

        check_environment()
    except ImportError as error:
        sys.exit(f'fairmot_mm: {error}')
    replaced = {name for name, (fork, *_) in FORKS.items() if find_version(fork)}
    num_pinned = check_versions(replaced)
    check_deformable_convolution()
    compile_what_runs_import()
    print(f'fairmot_mm: {num_pinned} versions are as pinned and mmcv computes: ready')


def check_versions(replaced: set[str]) -> int:
    """Compare what is installed with the requirement files; the number compared.

    A package that its fork replaces has no pinned version.
    """
    pinned: dict[str, str] = {}
    for file in FILES:
        lines = (REQUIREMENTS / file).read_text(encoding='utf-8').splitlines()
        pinned |= dict(line.split('==') for line in lines if '==' in line)
    for name in replaced:
        del pinned[name]
    for name, wanted in pinned.items():
        try:
            # '2.13.0+cpu' is a build of 2.13.0.
            found = version(name).split('+')[0]
        except PackageNotFoundError:
            found = 'missing'
        if found != wanted:
            sys.exit(f'fairmot_mm: {name} is {found} instead of {wanted}: {AGAIN}')
    return len(pinned)


def compile_what_runs_import() -> None:
    """Import what tracking, training and testing import; Python keeps it compiled."""
    from fairmot_mm.utils.deferred_modules import SWITCH
    from fairmot_mm.utils.setup_env import register_all_modules

    os.environ[SWITCH] = 'compile'
    for name in ('track', 'train', 'test'):
        import_module(f'fairmot_mm.actions.{name}')
    register_all_modules()
    for name in LATER:
        import_module(name)


def check_deformable_convolution() -> None:
    """Without offsets and with a mask of one, DCNv2 is an ordinary convolution."""
    import torch
    from mmcv.ops import modulated_deform_conv2d

    generator = torch.Generator().manual_seed(0)
    x = torch.rand(1, 4, 6, 8, generator=generator)
    weight = torch.rand(5, 4, 3, 3, generator=generator)
    offset, mask = torch.zeros(1, 18, 6, 8), torch.ones(1, 9, 6, 8)
    bias = torch.rand(5, generator=generator)
    deformable = modulated_deform_conv2d(x, offset, mask, weight, bias, 1, 1)
    plain = torch.nn.functional.conv2d(x, weight, bias, padding=1)
    if not torch.allclose(deformable, plain, atol=1e-5):
        sys.exit(
            "fairmot_mm: mmcv's deformable convolution computes wrong values: "
            'run `make build-mmcv` to compile it against the installed torch'
        )


if __name__ == '__main__':
    main()
