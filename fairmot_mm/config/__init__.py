"""Reading and checking configs, and starting the processes of a run."""
