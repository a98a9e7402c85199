"""WeCom's way of giving a leaver's customers to a colleague, and what its numbers mean (pages 92124, 92125, 94081)."""

from collections.abc import Sequence
from typing import Any

from bot.wecom.client import WeComClient
from bot.wecom.errors import WeComError
from sla.inherit import Outcome

NOT_FOUND, INVISIBLE = 60111, (60011, 50002, 60021, 60030)
PAGES = 1000  # answers of one list; more is a server that goes in circles
FULL = "接手的同事客户数满了"
REFUSED = Outcome("refused", "客户拒绝了")
STATUS = {1: Outcome("done"), 2: Outcome("waiting"), 3: REFUSED, 4: Outcome("failed", FULL)}
CODES = {
    0: Outcome("waiting"),
    40129: Outcome("waiting"),  # on the way already: an earlier call of ours whose answer was lost
    40100: Outcome("waiting"),
    40096: Outcome("failed", "企业微信不认识这位客户了"),
    40097: Outcome("failed", "他在企业微信里还没有办离职"),
    40098: Outcome("failed", "接手的同事还没有实名认证"),
    40099: Outcome("failed", FULL),
    40128: Outcome("failed", "90 天里已经转过 2 次,企业微信不让再转"),
    40130: Outcome("failed", "交给了原来的同事自己"),
    40131: Outcome("failed", "客户已经不是他的微信好友"),
    40143: Outcome("failed", "接手的同事被企业微信限制了"),
    40205: Outcome("failed", "接手的同事太久没登录企业微信,登录一次再试"),
}


async def list_customers(client: WeComClient, user_id: str) -> tuple[str, list[str]]:
    """How a member's customers are asked for (resigned, serving), and their external ids, as WeCom keeps them."""
    if not await _has_left(client, user_id):
        return "serving", await client.contact_list(user_id)
    found: dict[str, None] = {}
    cursor = ""
    for _ in range(PAGES):
        page = await client.unassigned_list(cursor)
        rows = [row for row in page.get("info") or [] if str(row.get("handover_userid", "")).lower() == user_id.lower()]
        found |= dict.fromkeys(str(row["external_userid"]) for row in rows)
        cursor = str(page.get("next_cursor") or "")
        if page.get("is_last") or not cursor:
            break
    return "resigned", list(found)


async def _has_left(client: WeComClient, user_id: str) -> bool:
    try:
        await client.user_get(user_id)
    except WeComError as error:
        if error.code != NOT_FOUND and error.code not in INVISIBLE:
            raise
        return error.code == NOT_FOUND
    return False


async def ask_for(
    client: WeComClient, mode: str, giver: str, taker: str, customers: Sequence[str], *, message: str
) -> dict[str, Outcome]:
    """Ask for up to a hundred customers; what each came to."""
    content: dict[str, Any] = {"handover_userid": giver, "takeover_userid": taker, "external_userid": list(customers)}
    resigned = mode == "resigned"
    if not resigned:
        content["transfer_success_msg"] = message
    rows = await client.customers_transfer(content, resigned=resigned)
    return {str(row.get("external_userid")): _of_code(int(row.get("errcode") or 0)) for row in rows}


async def read_results(client: WeComClient, mode: str, giver: str, taker: str) -> dict[str, Outcome]:
    """What has become of every customer who was asked for between these two."""
    found: dict[str, Outcome] = {}
    cursor = ""
    for _ in range(PAGES):
        content = {"handover_userid": giver, "takeover_userid": taker, "cursor": cursor}
        page = await client.transfer_result(content, resigned=mode == "resigned")
        for row in page.get("customer") or []:
            outcome = STATUS.get(int(row.get("status") or 0))
            if outcome is not None:
                found[str(row.get("external_userid"))] = outcome
        cursor = str(page.get("next_cursor") or "")
        if not cursor:
            break
    return found


def _of_code(code: int) -> Outcome:
    return CODES.get(code) or Outcome("failed", f"企业微信不接受(错误码 {code})")
