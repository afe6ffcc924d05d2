"""Run the command line: `python -m app` is `app`."""

from app.cli import main

main()
