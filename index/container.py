"""What zipped formats are made of: named parts of a ZIP archive, most of them XML.

Nothing is unpacked to disk, a part is found by its name and no path, and no more of it is expanded
than a limit allows, whatever the archive says of its size.
"""

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from index.errors import FileError

if TYPE_CHECKING:
    from lxml import etree

_MAX_PARTS = 20_000
"""A book of 2,000 pictures has a tenth of that."""
_MAX_PART = 50_000_000
"""Bytes of one part, expanded: its tree takes some ten times as much memory."""
_MAX_EXPANDED = 150_000_000
"""Bytes of all the parts read, together."""
_DAMAGED = "the file is damaged: it is no whole ZIP archive; save it anew."
_FORMATS = {
    "application/epub+zip": ".epub",
    "application/vnd.oasis.opendocument.text": ".odt",
    "word/document.xml": ".docx",
    "xl/workbook.xml": "an Excel workbook; save it as CSV",
    "ppt/presentation.xml": "a PowerPoint presentation; save it as PDF",
    "application/vnd.oasis.opendocument.spreadsheet": "an OpenDocument table; save it as CSV",
    "application/vnd.oasis.opendocument.presentation": "a presentation; save it as PDF",
}
"""What an archive is, by what its part `mimetype` says, or by a part that only one kind has."""


class Container:
    """A ZIP archive in memory, of the format that `suffix` says."""

    def __init__(self, data: bytes, suffix: str) -> None:
        """Open it. Raises FileError if it is none, is locked, or is of another format."""
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
            raise FileError(_DAMAGED) from error
        self._left = _MAX_EXPANDED
        self._parts = {info.filename: info for info in self._archive.infolist()}
        if len(self._archive.infolist()) > _MAX_PARTS:
            raise FileError(
                f"the archive has {len(self._archive.infolist()):,} parts, a {suffix} file may "
                f"have {_MAX_PARTS:,}; save it as text."
            )
        self._check_format(suffix)

    def _check_format(self, suffix: str) -> None:
        kind = ""
        if "mimetype" in self._parts:
            kind = self.read("mimetype")[:100].decode("latin-1").strip()
        signs = [kind, *(sign for sign in _FORMATS if sign in self._parts)]
        is_what = next((_FORMATS[sign] for sign in signs if sign in _FORMATS), None)
        if is_what is None or is_what == suffix:
            return
        if is_what.startswith("."):
            raise FileError(f"a {is_what} file, called {suffix}; rename it to {is_what}.")
        raise FileError(f"{is_what}.")

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def read(self, name: str) -> bytes:
        """Expand a part.

        Raises FileError if there is none of that name, it needs a password, is damaged, or is
        larger than a part, or all of them together, may be.
        """
        info = self._parts.get(name)
        if info is None:
            raise FileError(f"the file is damaged: its part {name[:100]!r} is missing.")
        if info.flag_bits & 1:
            raise FileError("the file has a password; save it without one.")
        most = min(_MAX_PART, self._left)
        try:
            with self._archive.open(info) as part:
                data = part.read(most + 1)
        except NotImplementedError as error:
            raise FileError("packed in a way no Office program uses; save it anew.") from error
        except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError) as error:
            raise FileError(_DAMAGED) from error
        if len(data) > most:
            raise FileError(
                f"its part {name[:100]!r} holds more than {most / 1e6:.0f} MB; "
                "split the file, or save it as text."
            )
        self._left -= len(data)
        return data

    def xml(self, name: str) -> "etree._Element":
        """Parse a part that is XML. Raises FileError as `read` does, or if it is not."""
        return parse_xml(self.read(name), name)


def parse_xml(data: bytes, name: str) -> "etree._Element":
    """Parse XML: no entity is put in, nothing is fetched. Raises FileError if it is damaged."""
    # Imported here: only zipped formats need it.
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        said = " ".join(str(error).split())[:150]
        raise FileError(
            f"the file is damaged: its part {name[:100]!r} is no XML ({said}); save it anew."
        ) from error
