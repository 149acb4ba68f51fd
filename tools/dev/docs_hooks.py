"""Hooks of mkdocs: pages of the site that do not lie in docs/.

Pages are written for the repository, where links lead to any file. The site has the
README as its first page, and every file that a page links to as ``project/PATH``:
Markdown as a page, a picture unchanged, anything else as a page of code.
"""

import os
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / 'docs'
README = ROOT / 'README.md'
PICTURES = {'.jpg', '.png', '.svg'}
# The target of a link that is neither an address nor a place on the same page.
LINK = re.compile(r'(?<=\]\()(?!\w+:|#)([^)#\s]+)')


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files that docs/ links to, and those that these files link to."""
    found, waiting = set(), [README, *DOCS.rglob('*.md')]
    while waiting:
        page = waiting.pop()
        if page in found:
            continue
        found.add(page)
        if page.suffix == '.md':
            waiting += linked_files(page)
    for path in sorted(found):
        if not path.is_relative_to(DOCS):
            content = path.read_bytes() if path.suffix in PICTURES else as_page(path)
            files.append(File.generated(config, uri_of(path), content=content))
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Lead the links of a page of docs/ to the pages of the site."""
    return markdown if page.file.generated_by else to_site(markdown, source_of(page))


def source_of(page: Page) -> Path:
    """The file of a page of docs/."""
    return DOCS / page.file.src_uri


def linked_files(page: Path) -> list[Path]:
    """Files of the project that a Markdown page links to; broken links are left out."""
    targets = LINK.findall(page.read_text(encoding='utf-8'))
    paths = [(page.parent / target).resolve() for target in targets]
    return [path for path in paths if path.is_file() and path.is_relative_to(ROOT)]


def uri_of(path: Path) -> str:
    """Where the site has a file of the project."""
    if path == README:
        return 'index.md'
    if path.is_relative_to(DOCS):
        return path.relative_to(DOCS).as_posix()
    uri = f'project/{path.relative_to(ROOT).as_posix()}'
    return uri if path.suffix in {'.md', *PICTURES} else f'{uri}.md'


def as_page(path: Path) -> str:
    """A file outside docs/ as Markdown whose links lead to the pages of the site."""
    text = path.read_text(encoding='utf-8')
    if path.suffix == '.md':
        return to_site(text, path)
    language = path.suffix.removeprefix('.')
    return (
        f'# {path.name}\n\n`{path.relative_to(ROOT)}`\n\n````{language}\n{text}````\n'
    )


def to_site(text: str, page: Path) -> str:
    """The Markdown of ``page`` with links for the site; a broken one stays."""
    here = os.path.dirname(uri_of(page))

    def moved(match: re.Match[str]) -> str:
        path = (page.parent / match[1]).resolve()
        if not path.is_file() or not path.is_relative_to(ROOT):
            return match[1]
        return os.path.relpath(uri_of(path), here or '.')

    return LINK.sub(moved, text)
