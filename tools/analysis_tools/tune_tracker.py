"""Search for settings of a tracker with Optuna on files of detections."""

from fairmot_mm.commands.tune_tracker import main

if __name__ == '__main__':
    main()
