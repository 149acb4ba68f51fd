"""Convert videos annotated with CVAT (exported as "CVAT for video 1.1")."""

from fairmot_mm.commands.cvat_to_jde import main

if __name__ == '__main__':
    main()
