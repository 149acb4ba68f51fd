import json


def test_variants(load_main, tmp_path, capsys):
    """Every variant is measured; what stays is counted in full and by halves."""
    path = tmp_path / 'out' / 'numbers.json'
    options = ['--identities', '1000', '--people', '8', '--steps', '1']
    load_main('benchmark_classifier')([*options, '--json', str(path)])
    rows = json.loads(path.read_text())['rows']
    assert [row['classifier'] for row in rows] == [
        'nn.Linear, Adam',
        'all, Adam',
        '0.1 sampled, Adam',
        '0.1 sampled, RowAdam',
        'all, 2 shards, Adam',
        '0.1 sampled, 2 shards, RowAdam',
    ]
    whole = 3 * 4 * 1000 * 129 / 1e6  # weights and two moments
    for row in rows:
        part = 2 if 'shards' in row['classifier'] else 1
        assert abs(row['kept_mb'] - whole / part) < 1e-3
        assert row['ms'] > 0
        assert row['peak_mb'] > 0
    assert '1000 identities, 8 people a process' in capsys.readouterr().out
