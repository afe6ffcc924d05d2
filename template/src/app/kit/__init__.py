"""What could be a library of its own: imports nothing of ours."""
