"""Cut people out of training images; PastePeople pastes them into other images."""

from fairmot_mm.commands.cut_out_people import main

if __name__ == '__main__':
    main()
