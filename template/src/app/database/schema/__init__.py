"""The schema: migrations, what autogenerate compares, and what the live database must guarantee."""
