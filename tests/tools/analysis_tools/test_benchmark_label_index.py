import re


def test_times_and_memory(run_tool, capsys):
    """Three starts, and a line for every worker."""
    options = ['--num-images', 1200, '--num-people', 2, '--num-workers', 2]
    run_tool('analysis_tools/benchmark_label_index', *options)
    text = capsys.readouterr().out
    for start in ('first start', 'second start', 'after one change'):
        assert re.search(rf'{start}: \d+\.\d\d s for 1200 images', text)
    assert len(re.findall(r'worker [01]: \d+\.\d MB of its own early', text)) == 2
