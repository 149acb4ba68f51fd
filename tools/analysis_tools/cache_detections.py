"""Write the detections of sequences to files for tools that run many trackers."""

from fairmot_mm.commands.cache_detections import main

if __name__ == '__main__':
    main()
