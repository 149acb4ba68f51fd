import os
import signal

import pytest
import torch
from mmengine.config import Config

from fairmot_mm.config.launch import join_processes
from fairmot_mm.utils import ConfigError

needs_no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason='there is a GPU')
SLURM = {
    'SLURM_PROCID': '0',
    'SLURM_NTASKS': '1',
    'SLURM_LOCALID': '0',
    'SLURM_NODELIST': 'node[3-4]',
    'SLURM_JOB_ID': '123456',
}


@pytest.fixture
def environment(monkeypatch):
    """Sets variables of a launcher; what joins them is recorded, not done."""
    groups = []
    monkeypatch.setattr(
        'torch.distributed.init_process_group',
        lambda backend, timeout: groups.append((backend, timeout.total_seconds())),
    )
    for name in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR', 'MASTER_PORT'):
        monkeypatch.setenv(name, '')
        monkeypatch.delenv(name)

    def set_variables(variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return groups

    handler = signal.getsignal(signal.SIGTERM)
    yield set_variables
    signal.signal(signal.SIGTERM, handler)


def test_one_process_needs_nothing(environment):
    """Without a launcher nothing is started and the config stays as it is."""
    cfg = Config(dict(launcher='none'))
    join_processes(cfg)
    assert environment({}) == []
    assert cfg.to_dict() == {'launcher': 'none'}


@needs_no_gpu
@pytest.mark.parametrize(
    ('launcher', 'variables'),
    [
        ('pytorch', dict(RANK='1', WORLD_SIZE='4', LOCAL_RANK='1')),
        ('slurm', SLURM | dict(SLURM_PROCID='1', SLURM_NTASKS='4', SLURM_LOCALID='1')),
        (
            'mpi',
            dict(
                OMPI_COMM_WORLD_RANK='1',
                OMPI_COMM_WORLD_SIZE='4',
                OMPI_COMM_WORLD_LOCAL_RANK='1',
            ),
        ),
    ],
)
def test_every_launcher_joins_on_a_cpu(environment, launcher, variables, monkeypatch):
    """Rank and size of each launcher reach torch; the model is wrapped for a CPU."""
    groups = environment(variables | dict(MASTER_ADDR='head'))
    cfg = Config(dict(launcher=launcher, env_cfg=dict(dist_cfg=dict(timeout=60))))
    join_processes(cfg)
    assert groups == [('gloo', 60)]
    assert os.environ['RANK'] == os.environ['LOCAL_RANK'] == '1'
    assert os.environ['WORLD_SIZE'] == '4'
    port = str(20000 + 123456 % 20000) if launcher == 'slurm' else '29500'
    assert os.environ['MASTER_PORT'] == port
    assert cfg.model_wrapper_cfg == dict(
        type='MMDistributedDataParallel',
        broadcast_buffers=False,
        find_unused_parameters=False,
        device_ids=None,
    )


def test_ended_by_srun(environment):
    """A process that srun ends because another failed does not look stopped (143)."""
    environment(SLURM | dict(MASTER_ADDR='head'))
    join_processes(Config(dict(launcher='slurm')))
    with pytest.raises(SystemExit) as ended:
        os.kill(os.getpid(), signal.SIGTERM)
    assert ended.value.code == 1


@needs_no_gpu
def test_first_machine_of_a_slurm_job(environment, monkeypatch, tmp_path):
    """The first machine is asked of scontrol, where it is not named."""
    scontrol = tmp_path / 'scontrol'
    scontrol.write_text(
        '#!/bin/sh\n[ "$3" = "node[3-4]" ] && printf "node3\\nnode4\\n"\n'
    )
    scontrol.chmod(0o755)
    environment(SLURM | dict(PATH=f'{tmp_path}:/bin:/usr/bin'))
    join_processes(Config(dict(launcher='slurm')))
    assert os.environ['MASTER_ADDR'] == 'node3'


@needs_no_gpu
@pytest.mark.parametrize(
    ('launcher', 'variables', 'options', 'message'),
    [
        ('none', dict(TORCHELASTIC_RUN_ID='x'), {}, 'add --launcher pytorch'),
        ('pytorch', {}, {}, 'RANK, WORLD_SIZE, LOCAL_RANK is not set: .*dist_train.sh'),
        ('slurm', {}, {}, 'SLURM_PROCID.* is not set: .*slurm_train.sh'),
        ('slurm', SLURM | dict(PATH=''), {}, 'name that of rank 0 in MASTER_ADDR'),
        (
            'pytorch',
            dict(RANK='0', WORLD_SIZE='2', LOCAL_RANK='0'),
            {},
            'MASTER_ADDR is not set',
        ),
        (
            'pytorch',
            dict(RANK='0', WORLD_SIZE='2', LOCAL_RANK='0'),
            dict(sync_bn='torch'),
            "sync_bn='torch' needs GPUs",
        ),
    ],
)
def test_wrong_launches(environment, launcher, variables, options, message):
    """What is missing is named, with what to do."""
    environment(variables)
    with pytest.raises(ConfigError, match=message):
        join_processes(Config(dict(launcher=launcher, **options)))
