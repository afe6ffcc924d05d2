"""Attack every route of this project over HTTP, including those of your own modules.

`routes.py` finds the routes and their fields; tests/isolation contains the attacks of one tenant
on another.
"""
