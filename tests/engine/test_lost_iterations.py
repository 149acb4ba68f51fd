from fairmot_mm.engine.lost_iterations import LostIterations


def test_in_a_row_and_share():
    """Both limits have their message; few losses are always allowed."""
    lost = LostIterations(2, 0.5)
    lost.start(100)
    assert lost.add(101, 1, few=3) is None
    assert lost.add(102, 1, few=3) is None
    assert '3 iterations in a row' in lost.add(103, 1, few=3)
    lost.in_a_row = 0
    assert '7 of the last 4 iterations' in lost.add(104, 4, few=3)


def test_old_losses_do_not_count():
    """Only the last thousand iterations have a share."""
    lost = LostIterations(99, 0.0)
    lost.start(0)
    assert lost.add(1, 1, few=1) is None
    assert lost.add(1001, 1, few=1) is None
    assert '2 of the last 1000 iterations' in lost.add(1002, 1, few=1)
