"""Measure how fast training data is read."""

from fairmot_mm.commands.benchmark_data import main

if __name__ == '__main__':
    main()
