"""Reading and checking configs, and starting the processes of a run."""

import fairmot_mm.environment  # noqa: F401, the first import
