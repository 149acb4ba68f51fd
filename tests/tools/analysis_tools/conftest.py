import importlib

import pytest


@pytest.fixture(scope='session')
def load_main():
    """Load the `main` of a command; it takes the command line as a list."""

    def load(name):
        command = importlib.import_module(f'fairmot_mm.commands.{name}')

        def main(arguments):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr('sys.argv', [name, *map(str, arguments)])
                command.main()

        return main

    return load


@pytest.fixture(scope='session')
def noisy(load_main, street, tmp_path_factory):
    """Folder with the noisy detections of two synthetic sequences."""
    folder = tmp_path_factory.mktemp('detections')
    sequences = [str(street / 'mot' / name) for name in 'ab']
    load_main('cache_detections')([*sequences, '--out', str(folder), '--noise'])
    return folder
