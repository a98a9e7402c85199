"""The texts that a new company folder comes with are in the library after its first start, like its first rules."""

from datetime import datetime

import structlog

from config.content import Piece, read_piece
from config.document import BadDocument
from config.folder import Folder
from config.rules import Rules
from nurture import library
from store import content
from store.db import Store
from store.tx import Tx

log = structlog.get_logger()


async def publish_first_texts(store: Store, folder: Folder, rules: Rules, now: datetime) -> int:
    """Publish what lies in content/ while the library is empty; returns how many. What is unsound stands in the log."""
    try:
        pieces: list[Piece] = [read_piece(path) for path in sorted(folder.content.glob("*.md"))]
    except (BadDocument, OSError) as error:
        log.warning("the texts in content/ are not published yet; see: content check DIR", cause=str(error)[:300])
        return 0

    async def work(tx: Tx) -> int:
        if not pieces or await content.list_pieces(tx, retired=True):
            return 0
        return len((await library.publish(tx, pieces, by="serve", rules=rules, now=now)).new)

    try:
        return await store.transaction(work)
    except BadDocument as error:
        log.warning("the texts in content/ are not published yet; see: content check DIR", cause=str(error)[:300])
        return 0
