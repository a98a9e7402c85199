"""The evening of an event: whoever owns somebody who came gets the list while it is fresh."""

from datetime import datetime

from bot.context import Answer, Context
from leads.facts import Fact
from store import attendances
from store.campaigns import find_campaign
from store.leads import find_leads
from store.members import find_member, list_members
from store.queues import Due
from store.tx import Tx

LISTED = 10


async def on_attended(tx: Tx, row: Due, ctx: Context) -> list[Fact | Answer]:
    """One list to each owner, the hottest first; those whom nobody owns are told to the managers and to marketing."""
    campaign = await find_campaign(tx, int(row.payload["campaign"]))
    ids = await attendances.came_since(tx, int(row.payload["campaign"]), datetime.fromisoformat(row.payload["since"]))
    if campaign is None or not ids:
        return []
    whose: dict[str | None, list[int]] = {}
    for lead in sorted(await find_leads(tx, list(ids)), key=lambda lead: -lead.score):
        whose.setdefault(lead.cover_id or lead.owner_id, []).append(lead.id or 0)
    answers: list[Fact | Answer] = []
    for member_id, mine in whose.items():
        member = await find_member(tx, member_id) if member_id else None
        if member is not None and member.state == "active":
            title = f"「{campaign.name}」来了 {len(ids)} 位,你的客户 {len(mine)} 位"
            answers.append(_list(title, mine, f"趁热打个电话。发「看 L{mine[0]}」打开第一位", member.id))
            continue
        leaders = [*await list_members(tx, role="manager"), *await list_members(tx, role="marketing")]
        title = f"「{campaign.name}」来了 {len(ids)} 位,{len(mine)} 位还没有负责人"
        hint = f"可以领取或指派:发「转给 L{mine[0]} 同事」"
        answers += [_list(title, mine, hint, leader.id) for leader in leaders]
    return answers


def _list(title: str, leads: list[int], hint: str, to: str) -> Answer:
    return Answer("list", params={"title": title, "leads": leads[:LISTED], "hint": hint, "pushed": True}, to=to)
