"""Write pictures of augmented training samples, as a run would get them."""

from fairmot_mm.commands.browse_dataset import main

if __name__ == '__main__':
    main()
