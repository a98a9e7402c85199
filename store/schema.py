"""Every table of the store, loaded: for whatever must leave none out (migrations, backups, merges, erasure)."""

from store import approval as approval
from store import attachments as attachments
from store import batch as batch
from store import budget as budget
from store import channels as channels
from store import chat as chat
from store import content as content
from store import deal as deal
from store import deal_groups as deal_groups
from store import duty as duty
from store import exporting as exporting
from store import finding as finding
from store import follower as follower
from store import handed as handed
from store import helps as helps
from store import inherit as inherit
from store import journey as journey
from store import kf as kf
from store import links as links
from store import odds as odds
from store import office as office
from store import order as order
from store import origin as origin
from store import page_views as page_views
from store import practice as practice
from store import queues as queues
from store import quote as quote
from store import reach as reach
from store import reached as reached
from store import session as session
from store import subscription as subscription
from store import tables as tables
from store import twin as twin
from store import view as view
from store import webhook as webhook
from store.row import Row

METADATA = Row.metadata
