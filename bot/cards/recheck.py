"""What a re-check of all leads has found: how far it is, and pairs to look at side by side."""

from bot.cards.asked import Asked, title_of
from bot.cards.card import Button, Card, Field, Text
from bot.context import Context
from bot.recheck import told
from bot.twin_actions import Compare
from leads.rights import can_see
from store import leads, rechecks
from store.rechecks import Recheck
from store.tables import Lead
from store.tx import Tx

SHOWN = 5
WHY = {"phone": "电话相同", "email": "邮箱相同", "wechat": "微信相同", "name": "同公司同名"}
View = tuple[Recheck, tuple[tuple[Lead, Lead, str], ...]]


async def look(tx: Tx, asked: Asked, ctx: Context) -> View | None:
    """Read the last re-check and the first pairs that are still two and that this reader may see."""
    recheck = await rechecks.find(tx)
    if recheck is None or asked.who is None:
        return None
    found: list[tuple[Lead, Lead, str]] = []
    for one_id, two_id, why in recheck.pairs:
        one, two = await leads.find_lead(tx, one_id), await leads.find_lead(tx, two_id)
        if one is None or two is None or one.id == two.id:
            continue
        if await can_see(tx, one, asked.who, rules=ctx.rules) and await can_see(tx, two, asked.who, rules=ctx.rules):
            found.append((one, two, why))
        if len(found) == SHOWN:
            break
    return recheck, tuple(found)


def draw(view: View) -> Card | Text:
    """Progress, or the result with a button for each pair."""
    recheck, pairs = view
    if recheck.ended_at is None:
        return Text(f"复查进行中:{recheck.share}%({recheck.checked:,} / {recheck.total:,}),完成后会告诉你。")
    found = (
        (recheck.twins, f"同一个人有两条的 {recheck.twins} 组"),
        (recheck.alike, f"同公司同名的 {recheck.alike} 组"),
        (recheck.bound, f"补上漏掉的联系方式 {recheck.bound} 个"),
    )
    told_all = told(recheck) + ":" + (",".join(words for count, words in found if count) or "没有重复的") + "。"
    if not pairs:
        return Text(told_all + ("没有需要你看的。" if recheck.twins or recheck.alike else ""))
    return Card(
        title=f"复查完成,有 {recheck.twins + recheck.alike} 组要看",
        subtitle="点一组,左右对比后再合并",
        source="复查",
        text=told_all,
        fields=tuple(
            Field(f"{number}.", f"{one.no}/{two.no} {WHY.get(why, why)} {title_of(one).partition(' ')[2]}"[:30])
            for number, (one, two, why) in enumerate(pairs, 1)
        ),
        buttons=tuple(
            Button(f"对比 {number}", Compare(one.id or 0, two.id or 0, ""), "primary" if number == 1 else "plain")
            for number, (one, two, _) in enumerate(pairs, 1)
        ),
    )
