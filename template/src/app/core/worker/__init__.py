"""The worker: takes jobs from the queue and runs each in its own unit of work."""
