"""Attacks over HTTP on every route of this project, those of your own modules included.

`routes.py` finds the routes and what each of them takes; tests/isolation has the attacks of one
tenant on another.
"""
