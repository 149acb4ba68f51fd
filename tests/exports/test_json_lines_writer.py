import io
import json
from dataclasses import replace

from fairmot_mm.exports import CountEvent, JSONLinesStream, JSONLinesWriter


def test_an_object_for_each_frame(tmp_path, make_frame, video):
    """Frames without a track have a line too; numbers are numbers."""
    writer = JSONLinesWriter(tmp_path / 'a.jsonl', video)
    writer.write(make_frame(0))
    writer.write(make_frame(1, (4, 1, 1.5, 2, 3, 4), image='a/2.jpg'))
    writer.close()
    first, second = map(json.loads, (tmp_path / 'a.jsonl').read_text().splitlines())
    assert first == {'video': 'clip', 'frame': 1, 'time': 0.0, 'tracks': []}
    assert (second['frame'], second['time'], second['image']) == (2, 0.1, 'a/2.jpg')
    assert second['tracks'] == [
        {
            'id': 4,
            'class_id': 1,
            'class': 'car, "big"',
            'score': 0.25,
            'x': 1.5,
            'y': 2.0,
            'width': 3.0,
            'height': 4.0,
        }
    ]


def test_events(make_frame, video):
    """A stream gets each line at once, with who crossed what."""
    stream = io.BytesIO()
    event = CountEvent('line-1', 4, 0, 'in')
    frame = replace(make_frame(0), events=(event,))
    JSONLinesStream(stream, video).write(frame)
    assert json.loads(stream.getvalue())['events'] == [
        {'line': 'line-1', 'id': 4, 'class': 'person', 'direction': 'in'}
    ]
