"""Add the people that labels lack, with an ONNX detector."""

from signal import SIG_DFL, SIGINT, default_int_handler, getsignal, signal

if __name__ == '__main__' and getsignal(SIGINT) is default_int_handler:
    signal(SIGINT, SIG_DFL)  # Ctrl-C while the command is imported: no traceback

from fairmot_mm.commands.complete_with_teacher import main

if __name__ == '__main__':
    main()
