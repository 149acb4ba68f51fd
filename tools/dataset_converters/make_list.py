"""Write a list of the images that have a label file."""

from fairmot_mm.commands.make_list import main

if __name__ == '__main__':
    main()
