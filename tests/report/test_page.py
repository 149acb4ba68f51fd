import re

import pytest

from fairmot_mm.report.charts import make_figure
from fairmot_mm.report.page import (
    Card,
    Chart,
    ChartGrid,
    Fold,
    Gallery,
    Paragraph,
    Picture,
    Section,
    Table,
    write_page,
)
from fairmot_mm.utils import OutputError

EVIL = '<img src=x onerror=alert(1)></script><script>alert(2)</script>"\'&amp;'
# The page begins with the library of the charts, which has addresses in its comments.
BODY = re.compile(r'<body>.*', re.DOTALL)


def chart_of(text):
    figure = make_figure(200, text)
    figure.add_bar(x=[1], y=[2], name=text)
    return Chart(figure, text, text)


def evil_page(path):
    chart = chart_of(EVIL)
    picture = Picture('data:image/jpeg;base64,AAAA', EVIL)
    blocks = [
        Paragraph(EVIL),
        Table([EVIL], [[EVIL]], EVIL),
        chart,
        ChartGrid([chart]),
        picture,
        Gallery([Card(EVIL, EVIL, [picture], EVIL)]),
        Fold(EVIL, [Paragraph(EVIL)]),
    ]
    part = Section(EVIL, blocks)
    write_page(path, EVIL, [EVIL], [Section(EVIL, blocks, [part])])
    return path.read_text(encoding='utf-8')


def test_every_text_is_escaped(tmp_path):
    """No text of a user becomes a tag, wherever it stands."""
    text = evil_page(tmp_path / 'page.html')
    assert '<img src=x' not in text
    assert '<script>alert' not in text
    assert BODY.search(text)[0].count('&lt;img src=x onerror=alert(1)&gt;') > 20


def test_nothing_is_loaded_from_elsewhere(tmp_path):
    """Neither the page nor its style names another file or a host."""
    write_page(tmp_path / 'page.html', 'A', [], [Section('B', [chart_of('c')])])
    text = (tmp_path / 'page.html').read_text()
    assert "default-src 'none'" in text  # and the browser would refuse to load it
    assert not re.findall(r'<link|<script[^>]+src=|@import|<iframe', text)
    assert not re.findall(r'https?://', BODY.search(text)[0])


def test_sections_can_be_reached(tmp_path):
    """Each section has a link at the top that leads to it."""
    sections = [Section('One', [Paragraph('x')]), Section('Two', [])]
    write_page(tmp_path / 'page.html', 'A', ['lead'], sections)
    text = (tmp_path / 'page.html').read_text()
    for number, name in ((1, 'One'), (2, 'Two')):
        assert f'<a href="#section-{number}">{name}</a>' in text
        assert f'<section id="section-{number}">' in text


def test_a_name_that_is_no_text(tmp_path):
    """Bytes of a file name that are no UTF-8 are shown as question marks."""
    write_page(tmp_path / 'page.html', 'name\udce9', [], [])
    assert '<h1>name?</h1>' in (tmp_path / 'page.html').read_text()


def test_a_folder_that_cannot_be_written(tmp_path):
    """The error says which file cannot be written."""
    (tmp_path / 'file').write_text('')
    with pytest.raises(OutputError, match=r'file/page\.html'):
        write_page(tmp_path / 'file' / 'page.html', 'A', [], [])
