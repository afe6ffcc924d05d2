"""Serve the app as `app serve` does: server.py PORT."""

import sys

from app.cli._serve import serve

if __name__ == "__main__":
    serve(port=int(sys.argv[1]))
