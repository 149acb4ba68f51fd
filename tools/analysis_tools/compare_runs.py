"""Draw curves of one or several runs in one picture, and print them as a table."""

from fairmot_mm.commands.compare_runs import main

if __name__ == '__main__':
    main()
