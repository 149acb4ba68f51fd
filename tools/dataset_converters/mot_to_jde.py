"""Convert MOTChallenge sequences (MOT15, 16, 17, 20, or your own in the same form)."""

from fairmot_mm.commands.mot_to_jde import main

if __name__ == '__main__':
    main()
