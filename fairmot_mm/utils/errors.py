"""Errors a user can cause: each names what is wrong and what to do about it.

Tools print them as one line; in Python they are caught by the built-in type they
extend or, all together, by `UserInputError`.
"""


class UserInputError(Exception):
    """Base of every error that a file, a key or a value given by the user caused."""


class CheckpointError(UserInputError, RuntimeError):
    """A checkpoint is missing, unreadable, unsafe, or does not fit the model."""


class ConfigError(UserInputError, ValueError):
    """A config has an unknown key or a value that cannot work."""


class DataError(UserInputError, ValueError):
    """An image, a label, a list or a sequence folder is missing or malformed."""


class ImageError(DataError):
    """An image cannot be read or decoded."""


class DivergedError(UserInputError, ArithmeticError):
    """A loss or gradient of a training is not finite, or absurdly large."""


class VideoError(UserInputError, OSError):
    """A video or another source of frames cannot be opened, read or written."""


class OutputError(UserInputError, OSError):
    """A result cannot be written where it was asked for."""
