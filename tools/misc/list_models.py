"""Print the model zoo as a Markdown table: docs/reference/model_zoo.md has it."""

from signal import SIG_DFL, SIGINT, default_int_handler, getsignal, signal

if __name__ == '__main__' and getsignal(SIGINT) is default_int_handler:
    signal(SIGINT, SIG_DFL)  # Ctrl-C while the command is imported: no traceback

from fairmot_mm.commands.list_models import main

if __name__ == '__main__':
    main()
