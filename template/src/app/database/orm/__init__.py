"""The ORM limited to one tenant. All use of the ORM's private attributes is in this package."""
