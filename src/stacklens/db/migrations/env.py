"""Alembic's entry: runs in the connection that `migrate` has locked."""

from alembic import context

from stacklens.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
)
context.run_migrations()
