"""The driver: its connections, their pool and the transaction, with all private use of asyncpg."""
