"""Track people in videos, folders of images, streams or cameras."""

from fairmot_mm.commands.track import main

if __name__ == '__main__':
    main()
