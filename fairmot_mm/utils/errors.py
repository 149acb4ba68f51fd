"""Errors that a user can cause: each says what is wrong and what to do about it.

Tools print these errors as one line. In Python they can be caught by the built-in type
that they extend or, all together, as `UserInputError`.
"""


class UserInputError(Exception):
    """Base of all errors that are caused by a file, key or value of the user."""


class CheckpointError(UserInputError, RuntimeError):
    """A checkpoint is missing, unreadable, unsafe, or does not fit the model."""


class ConfigError(UserInputError, ValueError):
    """A config has an unknown key or a value that cannot work."""


class DataError(UserInputError, ValueError):
    """An image, a label, a list or a sequence folder is missing or malformed."""


class ImageError(DataError):
    """An image cannot be read or decoded."""


class DivergedError(UserInputError, ArithmeticError):
    """A loss or gradient of a training is not finite, or above its limit."""


class VideoError(UserInputError, OSError):
    """A video or another source of frames cannot be opened, read or written."""


class OutputError(UserInputError, OSError):
    """A result cannot be written to the file or folder that the user named."""


class NameTakenError(OutputError):
    """The name of a result belongs to another file: one that exists, or a source."""
