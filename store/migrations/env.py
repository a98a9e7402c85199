"""Alembic's entry: runs inside the transaction that store/migrate.py opened, or compares tables for a new revision."""

from alembic import context

from store import approval as approval
from store import attachments as attachments
from store import batch as batch  # registers its tables with the metadata
from store import budget as budget
from store import channels as channels  # registers its tables
from store import content as content
from store import deal as deal  # registers its tables
from store import exporting as exporting
from store import follower as follower  # registers its tables
from store import handed as handed
from store import helps as helps
from store import inherit as inherit
from store import journey as journey
from store import kf as kf  # registers its tables
from store import links as links
from store import odds as odds
from store import order as order
from store import origin as origin
from store import page_views as page_views
from store import queues as queues
from store import quote as quote
from store import reach as reach
from store import reached as reached
from store import session as session
from store import subscription as subscription
from store import view as view
from store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the transaction around us is ours
)
context.run_migrations()
