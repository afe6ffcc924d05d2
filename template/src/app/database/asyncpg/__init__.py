"""asyncpg: connections, pool and transaction, with all use of asyncpg's private API."""
