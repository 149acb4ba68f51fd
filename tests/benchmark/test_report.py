from fairmot_mm.benchmark.report import format_number, format_table


def test_table():
    """Three digits; empty cells, and no column without a value."""
    rows = [
        {'name': 'a', 's': 0.12345, 'GPU MB': None, 'other': None},
        {'name': 'b', 's': 123.45, 'GPU MB': None, 'other': 'x'},
    ]
    lines = format_table(rows).splitlines()
    cells = [[cell.strip() for cell in line.split('|')[1:-1]] for line in lines]
    assert cells[0] == ['name', 's', 'other']
    assert cells[2:] == [['a', '0.123', ''], ['b', '123', 'x']]


def test_numbers():
    """Small numbers keep three digits, large ones are whole."""
    assert [format_number(x) for x in (0.98765, 4.5, 99.9, 961.4)] == [
        '0.988',
        '4.5',
        '99.9',
        '961',
    ]
