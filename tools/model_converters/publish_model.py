"""Write the weights of a training as a small file, to be published."""

from fairmot_mm.commands.publish_model import main

if __name__ == '__main__':
    main()
