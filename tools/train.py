"""Train a model of any config."""

from fairmot_mm.commands.train import main

if __name__ == '__main__':
    main()
