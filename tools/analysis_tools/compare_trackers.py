"""Score several trackers on the same noisy detections and print tables."""

from fairmot_mm.commands.compare_trackers import main

if __name__ == '__main__':
    main()
