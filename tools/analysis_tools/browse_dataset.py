"""Write pictures of augmented training samples, as a run would get them."""

from signal import SIG_DFL, SIGINT, default_int_handler, getsignal, signal

if __name__ == '__main__' and getsignal(SIGINT) is default_int_handler:
    signal(SIGINT, SIG_DFL)  # Ctrl-C while the command is imported: no traceback

from fairmot_mm.commands.browse_dataset import main

if __name__ == '__main__':
    main()
