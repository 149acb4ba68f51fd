"""Find what makes a training fail, with file and line. Exit code 1 on errors."""

from fairmot_mm.commands.check_dataset import main

if __name__ == '__main__':
    main()
