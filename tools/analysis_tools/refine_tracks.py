"""Refine finished tracks: fill their gaps, and smooth them if asked to."""

from fairmot_mm.commands.refine_tracks import main

if __name__ == '__main__':
    main()
