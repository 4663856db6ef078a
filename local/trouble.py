"""What keeps a command from its work, for the one who gave it."""


class CannotStart(RuntimeError):
    """Something on this machine stands in the way; the message says what."""
