"""How the ORM is kept to one tenant. Every private attribute of SQLAlchemy's ORM is used here."""
