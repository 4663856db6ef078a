"""How large a file may be, asked before anything is parsed."""

from tidemark.domain.files import FileLimits
from tidemark.errors import BadFile

LIMITS = FileLimits()


def check_packed(data: bytes, limits: FileLimits) -> None:
    """Refuse a file that is too large. Raises BadFile."""
    if len(data) > limits.packed:
        raise BadFile(f"The file is larger than {limits.packed:,} bytes.", "too_large")


def too_large_inside(limits: FileLimits) -> BadFile:
    """Say that a file's parts are too large."""
    return BadFile(f"Unpacked, it is larger than {limits.unpacked:,} bytes.", "too_large_unpacked")


def too_much_text(limits: FileLimits) -> BadFile:
    """Say that a file's cells hold too much."""
    return BadFile(f"Its cells hold more than {limits.text:,} characters.", "too_much_text")
