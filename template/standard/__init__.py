"""This project and the standard it came with: what is whose, and how one learns from the other.

Needs Python's standard library and git alone: it works when the project's environment does not.
"""
