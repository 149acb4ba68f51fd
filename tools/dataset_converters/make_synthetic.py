"""Make synthetic street sequences in the MOTChallenge layout."""

from fairmot_mm.commands.make_synthetic import main

if __name__ == '__main__':
    main()
