from fairmot_mm.utils.counted import counted


def test_one_and_several():
    """One thing has no s; a plural of its own is used from two on, and for none."""
    assert counted(1, 'sequence') == '1 sequence'
    assert counted(0, 'event') == '0 events'
    assert counted(2, 'box', 'boxes') == '2 boxes'
