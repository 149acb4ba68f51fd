"""Packaging: what fairmot_mm needs, and the files that mim looks for."""

import os
import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
PACKAGE = 'fairmot_mm'
# `mim download`, `mim train` and `mim search` look for these in fairmot_mm/.mim.
MIM_FILES = ('configs', 'tools', 'model-index.yml')


class BuildPyWithMim(build_py):
    """Adds configs, tools and the model index: links when editable, else copies."""

    def run(self) -> None:
        super().run()
        base = ROOT if self.editable_mode else Path(self.build_lib)
        mim = base / PACKAGE / '.mim'
        shutil.rmtree(mim, ignore_errors=True)
        mim.mkdir(parents=True)
        for source in (ROOT / name for name in MIM_FILES):
            if not source.exists():
                continue
            target = mim / source.name
            if self.editable_mode:
                target.symlink_to(os.path.relpath(source, mim))
            elif source.is_dir():
                ignore = shutil.ignore_patterns('__pycache__')
                shutil.copytree(source, target, ignore=ignore)
            else:
                shutil.copy2(source, target)


def read_version() -> str:
    text = (ROOT / PACKAGE / '__init__.py').read_text(encoding='utf-8')
    return re.search(r"^__version__ = '(.+)'", text, re.MULTILINE).group(1)


def read_readme() -> str:
    readme = ROOT / 'README.md'
    return readme.read_text(encoding='utf-8') if readme.exists() else ''


def read_pinned(name: str) -> list[str]:
    lines = (ROOT / 'requirements' / name).read_text(encoding='utf-8').splitlines()
    return [line for line in lines if '==' in line]


setup(
    name=PACKAGE,
    version=read_version(),
    description='FairMOT as a plugin framework on mmengine, mmcv and mmdet',
    long_description=read_readme(),
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    license_files=['LICENSE'],
    packages=find_packages(include=[PACKAGE, f'{PACKAGE}.*']),
    package_data={PACKAGE: ['model_zoo/*.pth', 'model_zoo/*.onnx', 'report/*.html']},
    cmdclass={'build_py': BuildPyWithMim},
    python_requires='>=3.10',
    entry_points={'console_scripts': ['fairmot = fairmot_mm.__main__:main']},
    install_requires=[
        'av>=14',
        'fsspec>=2024.2',
        'lap>=0.5.12',
        'mmdet>=3.3.0,<3.4.0',
        'mmengine>=0.10.4,<1.0.0',
        'motmetrics>=1.4.0',
        'numpy>=2.0',
        'opencv-python>=4.8',
        'packaging',
        'pillow',
        'rich',
        'scipy',
        'setuptools<82',  # mmengine and mmcv import pkg_resources
        'tensorboard',
        'torch>=2.6',  # the first that loads checkpoints safely by default
        'trackeval>=1.3.0',
    ],
    extras_require={
        'dev': read_pinned('dev.txt'),
        'report': ['jinja2>=3.1', 'plotly>=6.0'],
        'serve': ['aiohttp>=3.10'],
        'tune': ['optuna>=4.0'],
        'ray': ['pyarrow>=15.0', 'ray>=2.40'],
        's3': ['pyarrow>=15.0', 's3fs>=2024.2'],
        'onnx': ['onnx>=1.16', 'onnxruntime>=1.18', 'onnxscript>=0.5'],
        'openvino': ['onnx>=1.16', 'onnxscript>=0.5', 'openvino>=2025.0'],
        'quantize': ['nncf>=2.19', 'onnx>=1.16', 'onnxscript>=0.5', 'openvino>=2025.0'],
        'supervision': ['supervision>=0.25'],
        # Not above: pip would compile it apart from the installed torch, and fail.
        'mim': ['mmcv>=2.0.0,<2.2.0'],
    },
    zip_safe=False,
)
