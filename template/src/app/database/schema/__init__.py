"""The schema: migrations, autogenerate, and the guarantees that the live database must meet."""
