"""Convert a COCO-VID or COCO annotation file."""

from fairmot_mm.commands.coco_vid_to_jde import main

if __name__ == '__main__':
    main()
