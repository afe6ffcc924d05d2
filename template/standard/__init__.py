"""Keep this project up to date with the standard: updates, checks, and who owns which file.

Needs only Python's standard library and git, so it works when the project's environment does not.
"""
