import os
import shutil
import subprocess
import sys

import pytest

from fairmot_mm.utils import ConfigError, UserInputError
from fairmot_mm.utils.engines import slurm_engine
from fairmot_mm.utils.engines.slurm_engine import SlurmEngine

# Stands in for sbatch: starts the tasks of an array as processes, and returns.
SBATCH = """#!{python}
import subprocess, sys
options = dict(o.split('=', 1) for o in sys.argv[1:] if '=' in o)
folder = options['--output'].rpartition('/')[0]
last = int(options['--array'].partition('-')[2])
tasks = [
    subprocess.Popen(
        ['sh', '-c', options['--wrap']],
        stdout=open(f'{{folder}}/{{task}}.log', 'w'),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    for task in range(last + 1)
]
open('{folder}/pids', 'w').write(' '.join(str(task.pid) for task in tasks))
print('17;cluster')
"""
# Lists the tasks that run; SLURM says nothing of those that have ended.
SQUEUE = """#!/bin/sh
for pid in $(cat {folder}/pids 2>/dev/null); do
    kill -0 $pid 2>/dev/null && [ "$(cut -d' ' -f3 /proc/$pid/stat)" != Z ] && echo $pid
done
exit 0
"""
SCANCEL = """#!/bin/sh
for pid in $(cat {folder}/pids); do kill -9 $pid; done
"""


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """Programs that stand in for those of Slurm, the folder of the jobs."""
    programs = tmp_path / 'bin'
    programs.mkdir()
    for name, text in (('sbatch', SBATCH), ('squeue', SQUEUE), ('scancel', SCANCEL)):
        path = programs / name
        path.write_text(text.format(folder=programs, python=sys.executable))
        path.chmod(0o755)
    monkeypatch.setenv('PATH', f'{programs}{os.pathsep}{os.environ["PATH"]}')
    monkeypatch.setattr(slurm_engine, '_LOOK', 0.05)
    monkeypatch.setattr(slurm_engine, '_ASK', 0.2)
    return tmp_path / 'slurm'


def test_jobs(slurm, check_engine):
    """Tasks share the jobs; those without an answer are in the next array job."""
    engine = check_engine(lambda spec: SlurmEngine(spec, 2, slurm))
    assert engine.num_workers == 2
    assert not [*slurm.iterdir()]


def test_errors(slurm, toy, tmp_path, monkeypatch):
    """A worker that cannot start, an array that still runs, and no Slurm at all."""
    engine = SlurmEngine(toy(broken=True), 1, slurm)
    engine.submit({'n': 1})
    with pytest.raises(UserInputError, match=r'there is no weights\.pth'):
        next(engine.finished())
    engine.close()

    (tmp_path / 'bin' / 'pids').write_text(str(os.getpid()))
    (slurm / 'old').mkdir()
    (slurm / 'old' / 'array').write_text('17')
    with pytest.raises(ConfigError, match='scancel 17'):
        SlurmEngine(toy(), 1, slurm)

    (tmp_path / 'bin' / 'sbatch').write_text('#!/bin/sh\necho no partition >&2; exit 1')
    (tmp_path / 'bin' / 'pids').unlink()
    engine = SlurmEngine(toy(), 1, slurm)
    engine.submit({'n': 1})
    with pytest.raises(UserInputError, match='sbatch: no partition'):
        next(engine.finished())

    monkeypatch.setattr(shutil, 'which', lambda name: None)
    with pytest.raises(UserInputError, match='needs sbatch'):
        SlurmEngine(toy(), 1, slurm)


def test_an_array_that_ended_meanwhile(slurm, toy, tmp_path):
    """Slurm cannot cancel it, and this is no error."""
    engine = SlurmEngine(toy(broken=True), 1, slurm)
    engine.submit({'n': 1})
    with pytest.raises(UserInputError):
        next(engine.finished())
    (tmp_path / 'bin' / 'pids').write_text('')
    (tmp_path / 'bin' / 'scancel').write_text('#!/bin/sh\necho invalid job >&2; exit 1')
    engine.close()


def test_tasks_that_do_not_begin(slurm, toy, tmp_path):
    """The message has what the task printed, such as a wrong environment."""
    script = tmp_path / 'bin' / 'sbatch'
    script.write_text(script.read_text().replace("options['--wrap']", "'no-python'"))
    engine = SlurmEngine(toy(), 1, slurm)
    engine.submit({'n': 1})
    with pytest.raises(UserInputError, match=r'ended before its tasks began.*no-py'):
        next(engine.finished())


def test_the_stand_in_lists_what_runs(slurm, tmp_path):
    """squeue of these tests is empty once the tasks have ended."""
    task = subprocess.Popen(['sleep', '0'])
    task.wait()
    (tmp_path / 'bin' / 'pids').write_text(str(task.pid))
    assert subprocess.run(['squeue'], capture_output=True).stdout == b''
