class Problem(Exception):
    """The command cannot go on; the message says why, and what to do."""
