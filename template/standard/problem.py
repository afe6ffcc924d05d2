class Problem(Exception):
    """What stands in the way, as a sentence that says what to do about it."""
