"""Measure how fast and in how much memory networks track and train."""

from fairmot_mm.commands.benchmark import main

if __name__ == '__main__':
    main()
