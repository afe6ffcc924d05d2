"""Names that a custom module cannot have, and whose they are."""

import builtins
import keyword
import sys

KEYWORDS = frozenset(word.lower() for word in [*keyword.kwlist, *keyword.softkwlist])
BUILTINS = frozenset(dir(builtins))
STANDARD_LIBRARY = frozenset(sys.stdlib_module_names)

# Rooms, tables and paths of every project; their plurals are taken as well.
PROJECT = frozenset(
    """
    admin alembic app audit auth cli config core database docs error event health invitation job kit main
    membership migration model module permission procrastinate repository role route schema seed service session
    setting standard superuser tenant test user widget worker
    """.split()
)

# Ready-made modules, also while they are not chosen: they would meet their namesakes later.
ANNOUNCED = frozenset({"files", "notifications", "webhooks"})
