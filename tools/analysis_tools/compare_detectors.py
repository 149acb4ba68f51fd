"""Compare networks, and a teacher, by what they find in sequences."""

from signal import SIG_DFL, SIGINT, default_int_handler, getsignal, signal

if __name__ == '__main__' and getsignal(SIGINT) is default_int_handler:
    signal(SIGINT, SIG_DFL)  # Ctrl-C while the command is imported: no traceback

from fairmot_mm.commands.compare_detectors import main

if __name__ == '__main__':
    main()
