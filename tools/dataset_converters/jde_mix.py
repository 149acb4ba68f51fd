"""Prepare Caltech, CityPersons, CUHK-SYSU, PRW or ETHZ as JDE distributes them."""

from fairmot_mm.commands.jde_mix import main

if __name__ == '__main__':
    main()
