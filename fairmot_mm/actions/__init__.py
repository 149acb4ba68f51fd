"""What the commands do once their command lines are read."""

import fairmot_mm.environment  # noqa: F401, the first import
