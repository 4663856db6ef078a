"""Texts that a spreadsheet would take for a formula: escaped on the way out, and back again.

The escape is one apostrophe before each line that needs it; see OWASP on CSV injection. A line
that begins or ends with a blank is escaped too, and is read back as it was: others are trimmed.
"""

import re
import unicodedata

_FORMULA = frozenset("=+-@")
_HIDDEN = "CZ"  # groups of Unicode: controls, formats, unassigned; separators
_HARMLESS = re.compile(r"[0-9A-Za-z](?:[ -~]*[!-~])?")
_MARK = "'"
_ENDS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"


def escape(text: str) -> str:
    """Give a text that starts no formula in any of its lines, and that can be read back."""
    if _HARMLESS.fullmatch(text):
        return text
    lines = _lines(text)
    escaped = "".join(_MARK + line if _needs(line) else line for line in lines)
    bare = text.lstrip(_MARK)
    return escaped if bare == bare.strip() or _needs(lines[0]) else _MARK + escaped


def unescape(text: str) -> str:
    """Give what was escaped; other text is trimmed."""
    if _MARK not in text:
        return text.strip()
    undone = (_undone(text), _undone(text[1:]))
    return next((each for each in undone if each != text == escape(each)), text.strip())


def starts_formula(line: str) -> bool:
    """Tell whether a line's first visible sign starts a formula; full-width signs do too."""
    for sign in line:
        if unicodedata.category(sign)[0] not in _HIDDEN:
            return unicodedata.normalize("NFKC", sign)[0] in _FORMULA
    return False


def _lines(text: str) -> list[str]:
    """Split a text into its lines with their ends."""
    return text.splitlines(keepends=True)


def _needs(line: str) -> bool:
    """Tell whether a line would be misread: as a formula, or trimmed.

    Apostrophes before it make no difference, so that no two texts are escaped to the same.
    """
    bare = line.lstrip(_MARK)
    content = bare.rstrip(_ENDS)
    return bare[:1] == "\r" or content != content.strip() or starts_formula(content)


def _undone(text: str) -> str:
    """Take the escape off each line that has one."""
    return "".join(
        line[1:] if line[:1] == _MARK and _needs(line) else line for line in _lines(text)
    )
