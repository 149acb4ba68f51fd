"""A page of text, tables, charts and pictures in one HTML file without links."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from fairmot_mm.utils import write_text

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_TEMPLATE = 'page.html'


@dataclass(frozen=True)
class Paragraph:
    """A paragraph.

    Attributes:
        text: Plain text.
    """

    kind: ClassVar[str] = 'paragraph'
    text: str


@dataclass(frozen=True)
class Table:
    """A table; all columns but the first are numbers.

    Attributes:
        header: Titles of the columns.
        rows: Texts of the cells.
        text: Sentences above it.
    """

    kind: ClassVar[str] = 'table'
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    text: str = ''


@dataclass(frozen=True)
class Chart:
    """A chart that the browser draws.

    Attributes:
        figure: Figure of plotly. Names in it must be escaped: plotly reads tags.
        title: Title above it.
        text: Sentences below the title, which say what is shown.
    """

    kind: ClassVar[str] = 'chart'
    figure: Figure
    title: str
    text: str = ''

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.figure.layout.height)

    @property
    def data(self) -> str:
        """The figure as JSON that cannot end the script element around it."""
        content = json.loads(self.figure.to_json())
        text = json.dumps(content, separators=(',', ':'))
        return text.replace('<', '\\u003c').replace('>', '\\u003e')


@dataclass(frozen=True)
class ChartGrid:
    """Small charts side by side, as many as there is room for.

    Attributes:
        charts: The charts.
    """

    kind: ClassVar[str] = 'grid'
    charts: Sequence[Chart]


@dataclass(frozen=True)
class Picture:
    """A picture.

    Attributes:
        data: Address of the picture, with its content (``data:image/jpeg;...``).
        text: What it shows.
    """

    kind: ClassVar[str] = 'picture'
    data: str
    text: str


@dataclass(frozen=True)
class Card:
    """Something that happened, with pictures of it.

    Attributes:
        title: What happened, in a few words.
        text: What happened, in sentences.
        pictures: The pictures.
        details: Preformatted text that is shown on request.
    """

    title: str
    text: str
    pictures: Sequence[Picture] = ()
    details: str = ''


@dataclass(frozen=True)
class Gallery:
    """Cards side by side, as many as there is room for.

    Attributes:
        cards: The cards.
    """

    kind: ClassVar[str] = 'gallery'
    cards: Sequence[Card]


@dataclass(frozen=True)
class Fold:
    """Blocks that are shown on request.

    Attributes:
        title: What is inside.
        blocks: The blocks.
    """

    kind: ClassVar[str] = 'fold'
    title: str
    blocks: Sequence[Block]


Block = Paragraph | Table | Chart | ChartGrid | Picture | Gallery | Fold


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes:
        title: Its title.
        blocks: What it shows, in order.
        parts: Sections inside of it.
    """

    title: str
    blocks: Sequence[Block] = ()
    parts: Sequence[Section] = field(default_factory=tuple)


def write_page(
    path: Path, title: str, lead: Sequence[str], sections: Sequence[Section]
) -> None:
    """Write a page in one step. Every text is escaped.

    Args:
        path: The HTML file.
        title: Title of the page.
        lead: Paragraphs below the title.
        sections: The content.

    Raises:
        OutputError: The file cannot be written.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from plotly.offline import get_plotlyjs

    environment = Environment(
        loader=PackageLoader('fairmot_mm.report', ''),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template(_TEMPLATE).render(
        title=title, lead=lead, sections=sections, plotly=get_plotlyjs()
    )
    # Surrogates stand for bytes of a file name that are no UTF-8.
    write_text(path, text.encode('utf-8', 'replace').decode())
