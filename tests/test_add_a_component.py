import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from fairmot_mm.apis import read_state_dict
from fairmot_mm.utils import read_mot

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / 'docs/how_to/add_a_component.md').read_text()
FILE_BLOCK = re.compile(r'^```python\n# (\S+)\n(.*?)^```$', re.DOTALL | re.MULTILINE)
RESULTS = ('results', 'results_nearby')
COMMAND_BLOCK = re.compile(r'^```bash\n(.*?)^```$', re.DOTALL | re.MULTILINE)


@pytest.fixture(scope='module')
def project(tmp_path_factory):
    """The folder that the page describes, after its commands ran in it."""
    folder = tmp_path_factory.mktemp('page')
    (folder / 'fairmot_mm').symlink_to(ROOT)
    project = folder / 'my_project'
    for name, text in FILE_BLOCK.findall(PAGE):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (commands,) = COMMAND_BLOCK.findall(PAGE)
    environment = os.environ | {
        'OMP_NUM_THREADS': '1',
        'PATH': f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}',
        'PYTHONPATH': str(ROOT),
    }
    ran = subprocess.run(
        ['bash', '-e', '-c', commands],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return project, ran.stdout + ran.stderr


def test_every_code_block_is_used():
    """No block of the page stays untested."""
    assert len(FILE_BLOCK.findall(PAGE)) == PAGE.count('```python')
    assert len(COMMAND_BLOCK.findall(PAGE)) == PAGE.count('```bash')


@pytest.mark.slow
def test_trains_with_the_parts_of_the_page(project):
    """The network that was trained is the page's, and it learns."""
    folder, output = project
    weights = read_state_dict(folder / 'work_dirs/street/epoch_2.pth')
    assert 'detector.backbone.steps.3.conv.weight' in weights
    assert weights['detector.bbox_head.trunk.conv.weight'].shape[:2] == (32, 24)
    losses = re.findall(r' loss: (\S+) ', output)
    losses = [float(loss) for loss in losses]
    assert losses[-1] < losses[0]


@pytest.mark.slow
def test_tracks_with_the_parts_of_the_page(project):
    """Both tools give tracks, and identities count from 1 in each sequence."""
    folder, output = project
    assert 'OVERALL' in output
    (results,) = folder.glob('work_dirs/street/**/synthetic-0000.txt')
    tracked = [folder / name / 'synthetic-0000.txt' for name in RESULTS]
    for path in (results, *tracked):
        ids = read_mot(path).ids
        assert ids.min() == 1
        assert len(set(ids)) < len(ids)
    assert (folder / 'results' / 'synthetic-0000.mp4').stat().st_size > 0
