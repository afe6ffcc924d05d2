"""The exception of descriptions that cannot be read."""


class Wrong(Exception):
    """A description cannot be read; the message says what to write instead."""


class NoType(Wrong):
    """Something else stands in the place of a type, perhaps the name of a module."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word
