"""Code that could be a library: it imports nothing else of the app."""
