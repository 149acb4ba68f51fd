"""Score tracks against ground truth and print a table."""

from fairmot_mm.commands.evaluate import main

if __name__ == '__main__':
    main()
