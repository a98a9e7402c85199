"""Saving a list or a dashboard under a name, for oneself, the team or everybody; and who may see and drop it."""

from datetime import datetime
from typing import Any

from leads.errors import NoRight, NotFound, Unusable
from leads.rights import Who
from store.tx import Tx
from store.view import MOST, SavedView, drop_view, find_view, keep_view, list_views

SHARED = {"own": "只有我", "team": "我的团队", "all": "所有人"}
LONGEST = 30  # characters of a name


async def save_view(tx: Tx, who: Who, *, kind: str, name: str, shared: str, body: dict[str, Any], now: datetime) -> int:
    """Save it, over an older one of the same name. Raises Unusable, NoRight."""
    name = " ".join(name.split())[:LONGEST]
    if not name:
        raise Unusable("起个名字再保存,例如「华东热线索」。")
    if shared not in SHARED:
        raise Unusable(f"分享给谁?可以选:{'、'.join(SHARED.values())}。")
    if shared == "all" and who.role == "rep":
        raise NoRight("分享给所有人,请主管、市场或管理员来做;你可以分享给自己的团队。")
    if shared == "team" and not who.team:
        raise Unusable("你没有团队,请选「只有我」或「所有人」。")
    mine = [one for one in await list_views(tx, kind, who.id or "", who.team) if one.owner_id == who.id]
    if len(mine) >= MOST and name not in [one.name for one in mine]:
        raise Unusable(f"一个人最多存 {MOST} 个。先删掉不用的,再存新的。")
    view = SavedView(
        corp=tx.corp, kind=kind, name=name, owner_id=who.id or "", team=who.team, shared=shared, body=body, made_at=now
    )
    return await keep_view(tx, view)


def may_see(view: SavedView, who: Who) -> bool:
    """One's own, those of one's team, and those for everybody."""
    return (
        view.owner_id == who.id
        or view.shared == "all"
        or (view.shared == "team" and bool(who.team) and view.team == who.team)
    )


async def get_view(tx: Tx, view_id: int, who: Who, *, kind: str) -> SavedView:
    """The view, if this person may see it. Raises NotFound."""
    view = await find_view(tx, view_id)
    if view is None or view.kind != kind or not may_see(view, who):
        raise NotFound("这个视图")
    return view


async def forget_view(tx: Tx, view_id: int, who: Who, *, kind: str) -> None:
    """Drop one's own view; an administrator any. Raises NotFound, NoRight."""
    view = await get_view(tx, view_id, who, kind=kind)
    if view.owner_id != who.id and who.role != "admin":
        raise NoRight("这是别人存的,请本人或管理员来删。")
    await drop_view(tx, view_id)
