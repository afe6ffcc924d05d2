"""The exception of descriptions that cannot be read."""


class Wrong(Exception):
    """A description cannot be read; the message says what to write instead."""
