"""The commands: each file reads the command line of one, and runs it."""
