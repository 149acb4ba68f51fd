"""Convert folders of images with YOLO text files."""

from fairmot_mm.commands.yolo_to_jde import main

if __name__ == '__main__':
    main()
