"""Texts for tests."""


def text_of(number: int, *alphabets: str) -> str:
    """Return the text with this number: each place has a character of its alphabet."""
    text = ""
    for characters in reversed(alphabets):
        number, place = divmod(number, len(characters))
        text = characters[place] + text
    return text


def one_of(number: int, *texts: str) -> str:
    return texts[number % len(texts)]
