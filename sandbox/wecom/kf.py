"""微信客服 as WeCom keeps it: what customers wrote, the cursor, when one may answer (pages 94670, 94677)."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

OK: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
KEPT = 3 * 86400.0  # seconds for which messages can be fetched
TOKEN_LIVES = 600.0
WINDOW, MOST = 48 * 3600.0, 5
WITHOUT_TOKEN = 3  # fetches a minute without a token ("strict", the number is ours)
TEXT_BYTES = 2048
Handler = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Talk:
    """A customer with an account: when they wrote last, how many answers they got since, who serves them."""

    name: str
    last_at: float = 0.0
    replies: int = 0
    state: int = 0  # 0 new, 1 assistant, 3 a person of the console


@dataclass
class KfDesk:
    """The accounts. `blank_pages`: so many answers are empty although there is more."""

    now: Callable[[], float]
    accounts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    talks: dict[tuple[str, str], Talk] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    got: list[dict[str, Any]] = field(default_factory=list)  # what customers received
    blank_pages: int = 0
    page: int = 1000
    _ids: set[tuple[str, str]] = field(default_factory=set)
    _bare: list[float] = field(default_factory=list)

    def handlers(self) -> dict[str, Handler]:
        """endpoint → what it answers to a body."""
        return {"kf/sync_msg": self._sync, "kf/send_msg": self._send, "kf/customer/batchget": self._customers}

    def ring(self) -> str:
        """The token of a doorbell, good for ten minutes."""
        token = "ENC" + secrets.token_hex(12)
        self.tokens[token] = self.now()
        return token

    def write(self, account: str, customer: str, name: str, msgtype: str, content: dict[str, Any]) -> str:
        """A customer writes; returns the message's id."""
        talk = self.talks.setdefault((account, customer), Talk(name))
        talk.last_at, talk.replies = self.now(), 0
        return self._put(account, {"external_userid": customer, "origin": 3, "msgtype": msgtype, msgtype: content})

    def happen(self, account: str, event: dict[str, Any]) -> str:
        """An event among the messages; its ids are inside it."""
        return self._put(account, {"origin": 4, "msgtype": "event", "event": {"open_kfid": account, **event}})

    def _put(self, account: str, message: dict[str, Any]) -> str:
        msgid = secrets.token_hex(12)
        told = {"msgid": msgid, "open_kfid": account, "send_time": int(self.now()), **message}
        self.accounts.setdefault(account, []).append(told)
        return msgid

    def _sync(self, body: dict[str, Any]) -> dict[str, Any]:
        account, limit = str(body.get("open_kfid") or ""), body.get("limit", 1000)
        if account not in self.accounts:
            return {"errcode": 95000, "errmsg": "invalid open_kfid"}
        if not isinstance(limit, int) or not 1 <= limit <= 1000:
            return {"errcode": 40058, "errmsg": "invalid limit"}
        token, now = str(body.get("token") or ""), self.now()
        if token and self.tokens.get(token, -1e18) < now - TOKEN_LIVES:
            return {"errcode": 95007, "errmsg": "invalid msg token"}
        if not token:
            self._bare = [at for at in self._bare if at > now - 60]
            if len(self._bare) >= WITHOUT_TOKEN:
                return {"errcode": 45009, "errmsg": "api freq out of limit"}
            self._bare.append(now)
        begin = int(str(body.get("cursor") or "C0")[1:])
        if self.blank_pages:
            self.blank_pages -= 1
            return {**OK, "next_cursor": f"C{begin}", "has_more": 1, "msg_list": []}
        listed = self.accounts[account]
        end = min(begin + min(limit, self.page), len(listed))
        told = [one for one in listed[begin:end] if one["send_time"] > now - KEPT]
        return {**OK, "next_cursor": f"C{end}", "has_more": int(end < len(listed)), "msg_list": told}

    def _send(self, body: dict[str, Any]) -> dict[str, Any]:
        account, customer = str(body.get("open_kfid") or ""), str(body.get("touser") or "")
        talk = self.talks.get((account, customer))
        if talk is None:
            return {"errcode": 95031, "errmsg": "no inquiry of this customer"}
        msgid = str(body.get("msgid") or "")
        if not re.fullmatch(r"[0-9a-zA-Z_-]{0,32}", msgid):
            return {"errcode": 40058, "errmsg": "invalid msgid"}
        if msgid and (account, msgid) in self._ids:
            return {"errcode": 95033, "errmsg": "msgid repeated"}
        content = str((body.get("text") or {}).get("content") or "")
        if body.get("msgtype") != "text" or not content or len(content.encode()) > TEXT_BYTES:
            return {"errcode": 40058, "errmsg": "a text of 1 to 2048 bytes is needed"}
        if talk.state not in (0, 1):
            return {"errcode": 95018, "errmsg": "state of the session does not allow it"}
        if self.now() - talk.last_at > WINDOW:
            return {"errcode": 95002, "errmsg": "more than 48 hours"}
        if talk.replies >= MOST:
            return {"errcode": 95001, "errmsg": "more than 5 messages"}
        talk.replies += 1
        self._ids.add((account, msgid))
        self.got.append(body)
        return {**OK, "msgid": msgid or secrets.token_hex(12)}

    def _customers(self, body: dict[str, Any]) -> dict[str, Any]:
        asked = [str(one) for one in body.get("external_userid_list") or []]
        if not 1 <= len(asked) <= 100:
            return {"errcode": 40058, "errmsg": "1 to 100 customers"}
        names = {customer: talk.name for (_, customer), talk in self.talks.items()}
        found = [{"external_userid": one, "nickname": names[one], "gender": 0} for one in asked if one in names]
        return {**OK, "customer_list": found, "invalid_external_userid": [one for one in asked if one not in names]}
