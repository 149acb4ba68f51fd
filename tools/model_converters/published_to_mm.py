"""Write a published FairMOT checkpoint under the names of this package."""

from fairmot_mm.commands.published_to_mm import main

if __name__ == '__main__':
    main()
