"""The options of the sub-commands that measure; each file is a `Command`."""
