"""Replacing a marked section of a document."""

from pathlib import Path

from fairmot_mm.utils.errors import DataError
from fairmot_mm.utils.text_files import read_text, write_text


class MarkedSection:
    """The text between ``<!-- NAME -->`` and ``<!-- end of NAME -->`` in a file.

    A misspelt name is reported at once, not after minutes of measuring.

    Args:
        path: A Markdown file.
        name: Name of the section.

    Raises:
        DataError: The file does not exist or lacks one of the lines.
    """

    def __init__(self, path: str | Path, name: str) -> None:
        self.path = Path(path)
        self.begin, self.end = f'<!-- {name} -->', f'<!-- end of {name} -->'
        self._split()

    @classmethod
    def parse(cls, text: str) -> 'MarkedSection':
        """Read ``FILE#NAME``.

        Raises:
            DataError: There is no name; or see `MarkedSection`.
        """
        path, _, name = text.partition('#')
        if not name:
            raise DataError(f'{text} names no section of the file: write {text}#NAME')
        return cls(path, name)

    def replace(self, text: str) -> None:
        """Replace the section with ``text``, in one step.

        Other changes to the file in the meantime are kept.

        Raises:
            DataError: See `MarkedSection`.
            OutputError: The file cannot be written.
        """
        head, tail = self._split()
        write_text(self.path, f'{head}{text}\n{tail}')

    def _split(self) -> tuple[str, str]:
        """The text before and after the section, with the two lines."""
        head, begin, rest = read_text(self.path).partition(f'{self.begin}\n')
        _, end, tail = rest.partition(self.end)
        if not (begin and end):
            raise DataError(
                f'{self.path} has no lines {self.begin} and {self.end}: add them'
            )
        return head + begin, end + tail
