"""`app distribute`"""

import asyncio
from typing import Annotated

import typer
from sqlalchemy import Connection

from app.bootstrap import with_database
from app.config import load_settings
from app.core.module import find_modules
from app.database.connecting import try_connection
from app.database.schema import distribution
from app.database.schema.running import Patience, run_alone

from ._database import OWNER
from ._start import CannotStart

Shards = Annotated[
    int, typer.Option(min=1, max=1024, help="Parts of each table, for the first run: 16 to 32.")
]
Undo = Annotated[bool, typer.Option("--undo", help="Bring all tables back to the coordinator.")]


def distribute(shards: Shards = 32, undo: Undo = False) -> None:
    """Spread tenants over the nodes of a Citus cluster, as app_owner, while nobody serves.

    All in one transaction. A second run takes the tables that are new.
    """
    url = with_database(load_settings(process="migrate")).database.owner_url
    if url is None:
        raise CannotStart(f"Set {OWNER}: tables are distributed by their owner.")
    find_modules()  # loads every model
    asyncio.run(try_connection(url, OWNER, migrates=True))

    def move(connection: Connection) -> None:
        with connection.begin():
            moved = (
                distribution.undistribute(connection, typer.echo)
                if undo
                else distribution.distribute(connection, typer.echo, shards=shards)
            )
        if moved and not undo:
            with connection.begin():
                distribution.truncate_local_rows(connection)
        typer.echo(f"{moved} tables were moved." if moved else "All tables are where they belong.")

    asyncio.run(run_alone(url, move, Patience()))
