import subprocess

import pytest

from fairmot_mm.utils.git_state import git_state


@pytest.fixture
def git(tmp_path, monkeypatch):
    """Run git in a fresh repository."""
    for role in ('AUTHOR', 'COMMITTER'):
        monkeypatch.setenv(f'GIT_{role}_NAME', 'a')
        monkeypatch.setenv(f'GIT_{role}_EMAIL', 'a@b')

    def run(*args):
        done = subprocess.run(
            ['git', *args], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    run('init', '-b', 'work')
    return run


def test_commit_and_changes(git, tmp_path):
    """A subfolder will do; the diff recreates the file, the untracked are named."""
    file = tmp_path / 'folder' / 'code.py'
    file.parent.mkdir()
    file.write_text('a = 1\n')
    git('add', '.')
    git('commit', '-m', 'first')
    clean = git_state(file.parent)
    assert (clean.root, clean.branch) == (tmp_path, 'work')
    assert clean.commit == git('rev-parse', 'HEAD')
    assert not clean.diff
    file.write_text('a = 2\n')
    git('add', '.')  # what is staged counts too
    (tmp_path / 'new.py').touch()
    changed = git_state(file.parent)
    assert '-a = 1\n+a = 2\n' in changed.diff
    assert changed.untracked == ['new.py']
    git('checkout', 'HEAD', '.')
    (tmp_path / 'patch').write_text(changed.diff)
    git('apply', 'patch')
    assert file.read_text() == 'a = 2\n'


def test_before_the_first_commit(git, tmp_path):
    """A repository without a commit has a state too."""
    state = git_state(tmp_path)
    assert (state.root, state.commit, state.diff) == (tmp_path, '', '')


def test_large_diff_is_cut(git, tmp_path):
    """A changed table of data does not fill the run's folder."""
    (tmp_path / 'data.txt').write_text('')
    git('add', '.')
    git('commit', '-m', 'first')
    (tmp_path / 'data.txt').write_text('0123456789\n' * 600_000)
    diff = git_state(tmp_path).diff
    assert len(diff) < 5_000_100
    assert diff.endswith('cut off at 5000000 characters\n')


def test_no_repository(tmp_path, monkeypatch):
    """Neither a plain folder nor a machine without git is an error."""
    monkeypatch.setenv('GIT_CEILING_DIRECTORIES', str(tmp_path.parent))
    assert git_state(tmp_path) is None
    monkeypatch.setenv('PATH', '')
    assert git_state(tmp_path) is None
