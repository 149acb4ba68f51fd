import runpy
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[3] / 'tools' / 'analysis_tools'


@pytest.fixture(scope='session')
def load_main():
    """Load the `main` of a tool of this folder; it takes the command line as a list."""

    def load(name):
        tool = runpy.run_path(str(TOOLS / f'{name}.py'))

        def main(arguments):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr('sys.argv', [name, *map(str, arguments)])
                tool['main']()

        main.globals = tool['parse_args'].__globals__
        return main

    return load


@pytest.fixture(scope='session')
def noisy(load_main, street, tmp_path_factory):
    """Folder with the noisy detections of two synthetic sequences."""
    folder = tmp_path_factory.mktemp('detections')
    sequences = [str(street / 'mot' / name) for name in 'ab']
    load_main('cache_detections')([*sequences, '--out', str(folder), '--noise'])
    return folder
