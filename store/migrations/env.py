"""Alembic's entry: runs inside the transaction that store/migrate.py opened, or compares tables for a new revision."""

from alembic import context

from store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=False,  # the transaction around us is ours
)
context.run_migrations()
