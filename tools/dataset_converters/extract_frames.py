"""Write the frames of videos as sequence folders: NAME/img1/*.jpg and seqinfo.ini."""

from fairmot_mm.commands.extract_frames import main

if __name__ == '__main__':
    main()
