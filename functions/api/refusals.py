"""What is refused before any service is asked: requests that HTTP itself does not allow."""

from tidemark.errors import Refused


class Malformed(Refused):
    """The body is not what its content type says."""

    code = "malformed_json"


class Unauthenticated(Refused):
    """Nobody knows whose request it is."""

    code = "unauthenticated"


class UnknownRoute(Refused):
    """There is no such path."""

    code = "unknown_route"


class WrongMethod(Refused):
    """The path is there, but not for this method."""

    code = "method_not_allowed"

    def __init__(self, allowed: list[str]) -> None:
        """Say which methods are allowed."""
        super().__init__("This path does not take this method.")
        self.allowed = allowed


class WrongMediaType(Refused):
    """The body is not JSON."""

    code = "unsupported_media_type"
