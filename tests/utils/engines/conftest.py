import os
from pathlib import Path

import pytest

from fairmot_mm.utils.engines.worker_spec import WorkerSpec


@pytest.fixture
def toy(monkeypatch):
    """Describe a `Doubler` that any process can build."""
    folder = str(Path(__file__).parent)
    monkeypatch.syspath_prepend(folder)
    paths = [folder, str(Path(__file__).parents[3]), os.environ.get('PYTHONPATH', '')]
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join(filter(None, paths)))

    def describe(**arguments):
        return WorkerSpec('toy_workers:Doubler', arguments)

    return describe


@pytest.fixture
def check_engine(toy, tmp_path):
    """What every engine does: results, errors, deaths, jobs that follow from jobs."""

    def check(start, kills=2):
        (tmp_path / 'notes').mkdir()
        engine = start(toy(factor=3))
        jobs = [{'n': n} for n in range(4)] + [{'n': 5, 'fails': True}]
        jobs += [{'n': 6, 'kills': kills, 'notes': str(tmp_path / 'notes')}]
        jobs += [{'n': 7, 'fault': True}]
        for job in jobs:
            engine.submit(job)
        found = {}
        for finished in engine.finished():
            assert finished.job not in [job for job, _ in found.values()]
            found[finished.job['n']] = finished.job, finished
            if finished.job['n'] == 3:
                engine.submit({'n': 30})
        engine.close()
        results = {n: each.result for n, (_, each) in found.items()}
        assert {n: each['n'] for n, each in results.items() if each} == {
            **{n: 3 * n for n in range(4)},
            6: 18,
            30: 90,
        }
        assert found[5][1].error == '5 is odd'
        assert 'ZeroDivisionError: a fault of the program' in found[7][1].error
        assert len([*(tmp_path / 'notes').iterdir()]) == kills
        return engine

    return check
