"""Explain why an identity switched, or took a detection, as text and as a picture."""

from fairmot_mm.commands.explain_switch import main

if __name__ == '__main__':
    main()
