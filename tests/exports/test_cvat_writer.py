from xml.etree import ElementTree

import pytest

from fairmot_mm.exports import TrackedVideo
from fairmot_mm.exports.cvat_writer import CVATWriter


def shapes(track):
    return [
        (int(box.get('frame')), box.get('outside'), float(box.get('xtl')))
        for box in track
    ]


def test_tracks_with_gaps(tmp_path, make_frame, video):
    """A gap begins with a shape outside; after the last frame there is none."""
    writer = CVATWriter(tmp_path / 'a.xml', video)
    writer.write(make_frame(0, (5, 1, 1, 2, 3, 4)))
    writer.write(make_frame(1, (5, 1, 2, 2, 3, 4), (2, 0, 7, 8, 9, 10)))
    writer.write(make_frame(2))
    writer.write(make_frame(3, (5, 1, 3, 2, 3, 4)))
    writer.close()
    writer.close()
    root = ElementTree.parse(tmp_path / 'a.xml').getroot()
    assert root.findtext('meta/task/size') == '4'
    assert root.findtext('meta/task/stop_frame') == '3'
    assert root.findtext('meta/task/original_size/width') == '100'
    labels = [one.text for one in root.findall('meta/task/labels/label/name')]
    assert labels == ['person', 'car, "big"']
    two, five = root.findall('track')
    assert (two.get('id'), two.get('label')) == ('2', 'person')
    assert (five.get('id'), five.get('label')) == ('5', 'car, "big"')
    assert shapes(two) == [(1, '0', 7), (2, '1', 7)]
    assert shapes(five) == [(0, '0', 1), (1, '0', 2), (2, '1', 2), (3, '0', 3)]
    assert five[0].findtext('attribute') == '0.2'
    assert five[0].get('ybr') == '6.0000'


@pytest.mark.parametrize(('visibility', 'occluded'), [(0.4, '1'), (0.6, '0')])
def test_occluded(tmp_path, make_frame, video, visibility, occluded):
    """A box of which less than half is visible has the mark of CVAT."""
    writer = CVATWriter(tmp_path / 'a.xml', video)
    writer.write(make_frame(0, (5, 1, 1, 2, 3, 4), visibility=visibility))
    writer.close()
    (track,) = ElementTree.parse(tmp_path / 'a.xml').getroot().findall('track')
    assert track[0].get('occluded') == occluded


def test_a_track_that_changes_its_class(tmp_path, make_frame):
    """CVAT knows one class a track: that of most boxes, and a warning says so."""
    writer = CVATWriter(tmp_path / 'a.xml', TrackedVideo('clip', ('a', '<b>'), 10.0))
    for index, label in enumerate([0, 1, 1]):
        writer.write(make_frame(index, (5, label, 1, 2, 3, 4)))
    with pytest.warns(UserWarning, match='1 tracks change their class'):
        writer.close()
    (track,) = ElementTree.parse(tmp_path / 'a.xml').getroot().findall('track')
    assert track.get('label') == '<b>'
    assert len(track) == 3
