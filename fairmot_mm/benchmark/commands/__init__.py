"""Sub-commands of the measuring tools; each is a `Command`."""
