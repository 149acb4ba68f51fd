"""Write a checkpoint of this package so that the published FairMOT loads it."""

from fairmot_mm.commands.mm_to_published import main

if __name__ == '__main__':
    main()
