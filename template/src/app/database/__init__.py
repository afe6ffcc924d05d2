"""PostgreSQL: connections, sessions, repositories and tenant isolation."""
