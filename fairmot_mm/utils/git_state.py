"""Reading the state of the git repository that is being run."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

_SECONDS = 30
_DIFF_LIMIT = 5_000_000


class GitState(NamedTuple):
    """State of a repository.

    Attributes:
        root: Folder of the repository.
        commit: Hash of the commit that is checked out; '' before the first commit.
        branch: Name of the branch; '' if no branch is checked out.
        untracked: Files and folders that are neither committed nor ignored.
        diff: Changes since the commit, as a patch. Binary files are only named, and a
            patch of more than 5 MB is cut off.
    """

    root: Path
    commit: str
    branch: str
    untracked: list[str]
    diff: str


def git_state(folder: str | Path) -> GitState | None:
    """Read the state of the repository that a folder lies in.

    Nothing is changed, not even git's index. Addresses of remotes are not read, because
    they may contain passwords.

    Args:
        folder: A folder of the repository.

    Returns:
        The state; None if the folder lies in no repository, or git is not installed.
    """
    root = _git(folder, 'rev-parse', '--show-toplevel').rstrip('\n')
    if not root:
        return None
    others = _git(root, 'ls-files', '--others', '--exclude-standard', '--directory')
    diff = _git(root, 'diff', 'HEAD', '--no-color', '--no-ext-diff')
    if len(diff) > _DIFF_LIMIT:
        diff = f'{diff[:_DIFF_LIMIT]}\n... cut off at {_DIFF_LIMIT} characters\n'
    return GitState(
        Path(root),
        _git(root, 'rev-parse', '--verify', '--quiet', 'HEAD').strip(),
        _git(root, 'branch', '--show-current').strip(),
        others.splitlines(),
        diff,
    )


def _git(folder: str | Path, *args: str) -> str:
    """Output of git; '' if git fails, takes too long, or is not installed."""
    try:
        done = subprocess.run(
            ['git', '-C', str(folder), *args],
            capture_output=True,
            timeout=_SECONDS,
            env={**os.environ, 'GIT_OPTIONAL_LOCKS': '0'},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ''
    return done.stdout.decode(errors='replace') if done.returncode == 0 else ''
