"""Runs migrations on the connection that `Database.open` gives."""

from alembic import context

from fleet_server.store.plan_tables import plans

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=plans.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
