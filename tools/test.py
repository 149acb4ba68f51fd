"""Track the test sequences of a config and score the tracks."""

from fairmot_mm.commands.test import main

if __name__ == '__main__':
    main()
