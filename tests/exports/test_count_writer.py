from dataclasses import replace

import pytest

from fairmot_mm.exports import CountWriter, TrackCounter

pytest.importorskip('supervision')


def test_events_and_sums(tmp_path, make_frame, video):
    """Every crossing has a row with its time; the sums name line, zone and class."""
    counter = TrackCounter(
        [((50, 0), (50, 80))], [((60, 10), (90, 10), (90, 70), (60, 70))]
    )
    writer = CountWriter(tmp_path / 'e.csv', tmp_path / 'c.csv', video)
    for index, x in enumerate([30, 50, 60]):
        frame = make_frame(index, (4, 0, x, 20, 10, 20), (6, 1, 60, 20, 10, 20))
        events = (*counter.update(frame),)
        writer.write(replace(frame, events=events, board=counter.board(video)))
    writer.close()
    writer.close()
    assert (tmp_path / 'e.csv').read_text().splitlines() == [
        'frame,time,line,id,class,direction',
        '2,0.100000,line-1,4,person,in',
        '3,0.200000,zone-1,4,person,in',
    ]
    assert (tmp_path / 'c.csv').read_text().splitlines() == [
        'line,class,in,out,inside',
        'line-1,person,1,0,',
        'zone-1,person,1,0,1',
        'zone-1,"car, ""big""",0,0,1',
    ]


def test_nobody(tmp_path, make_frame, video):
    """Without events there are the names of the columns, and zeros."""
    counter = TrackCounter([((50, 0), (50, 80))])
    writer = CountWriter(tmp_path / 'e.csv', tmp_path / 'c.csv', video)
    frame = make_frame(0)
    events = (*counter.update(frame),)
    writer.write(replace(frame, events=events, board=counter.board(video)))
    writer.close()
    assert len((tmp_path / 'e.csv').read_text().splitlines()) == 1
    assert (tmp_path / 'c.csv').read_text().splitlines()[1] == 'line-1,person,0,0,'
