"""The worker: takes jobs from the queue and runs each in a unit of work of its own."""
