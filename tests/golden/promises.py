"""The cards of promises about time, drawn from views written by hand."""

from bot.cards import clock, extension, morning, overdue, postpone, reminder, weekly, why
from bot.cards.card import Message
from sla.record import Delivered, Kept, Record
from store.tables import Clock, Lead
from tests.conftest import NOW
from tests.golden.people import customer


def of_clock(part: str, *, left: str = "1 小时", ended: str = "", label: str = "领取", owner: str = "") -> Message:
    """A promise that is running out, or broken."""
    return clock.draw(
        clock.View(
            lead=customer(), label=label, share=50, due="今天 13:50", left=left, arithmetic="", owner=owner, part=part,
            reveal=part in ("owner", "manager"), ended=ended,
        )
    )  # fmt: skip


def clock_superseded() -> Message:
    """An earlier step's card after a later one has rung."""
    shown = clock.View(
        lead=customer(), label="领取", share=50, due="今天 13:50", left="30 分", arithmetic="", owner="", part="claim",
        reveal=False, ended="看下面最新的提醒", older=True,
    )  # fmt: skip
    return clock.draw(shown)


def late(about: Lead, owner: str, over: str) -> overdue.Late:
    """A broken promise that nobody has caught up on."""
    promise = Clock(
        id=7, corp="acme", lead_id=about.id or 0, name="first_contact", state="overdue", started_at=NOW, due_at=NOW,
        rule={"label": "首次联系"}, rules_version=1,
    )  # fmt: skip
    return overdue.Late(about, promise, owner, over)


def of_reminder(done: str = "") -> Message:
    """The promised minute."""
    return reminder.draw(
        reminder.View(customer(stage="sal"), True, "今天 15:10", "电话聊了,下午再打", "今天 10:32", done)
    )


def of_extension(ended: str = "") -> Message:
    """A colleague asks for more time."""
    due, until = "03-25 周三 10:20", "03-30 周一 10:20"
    return extension.draw(
        extension.View(customer(), 7, "保留", "王磊", "等客户内部评审", due, until, "电话聊了,在走流程", ended)
    )


PROMISES: dict[str, Message] = {
    "clock-to-claim": of_clock("claim"),
    "clock-late-for-a-manager": of_clock("manager", left=""),
    "clock-late-for-the-owner": of_clock("owner", left="", label="首次联系", owner="王磊"),
    "clock-superseded": clock_superseded(),
    "weekly": weekly.draw(
        weekly.View(
            "03-16 到 03-22",
            Record(
                {"claim": Kept("领取", 30, 3), "first_contact": Kept("首次联系", 20, 1)},
                {"lina": Kept("", 8, 2), "wanglei": Kept("", 10, 0)},
                {"官网": Kept("官网", 30, 1), "展会": Kept("展会", 7, 3)},
                2,
            ),
            Record({"claim": Kept("领取", 20, 3)}),
            Delivered(183, 22),
            200,
            {"lina": "李娜", "wanglei": "王磊"},
            "2026-03-16",
        )
    ),
    "weekly-of-nothing": weekly.draw(
        weekly.View("03-16 到 03-18", Record(), Record(), Delivered(0, 0), None, {}, "2026-03-16")
    ),
    "morning": morning.draw(
        morning.View(
            (customer(stage="sal"),), ("再次咨询",), tuple(customer(id=2000 + n, name=f"客户{n}") for n in range(7)), 9
        )
    ),
    "morning-assigned": morning.draw(
        morning.View((customer(stage="sal"), customer(id=1030, stage="sal")), ("分给你", "转给你"), ())
    ),
    "overdue": overdue.draw(
        overdue.View(
            late(customer(stage="sal", owner_id="wanglei"), "王磊", "1 小时 20 分"),
            (late(customer(id=1030, name="刘芳"), "还没人领", "10 分"),),
            2,
            "昨天 16:20",
            True,
            "华东组到 04-01",
        )
    ),
    "overdue-to-read": overdue.draw(
        overdue.View(late(customer(stage="sal", owner_id="wanglei"), "王磊", "1 小时"), (), 1, "还没有", False)
    ),
    "overdue-none": overdue.draw(overdue.View(None, (), 0)),
    "postpone": postpone.draw(postpone.View(customer(), 7, "首次联系")),
    "postpone-asked-for": postpone.draw(postpone.View(customer(), 7, "保留", request=True)),
    "extension": of_extension(),
    "extension-decided": of_extension("已处理"),
    "clock-ended": of_clock("claim", ended="已被李娜领取", owner="李娜"),
    "clock-of-somebody-else": of_clock("other"),
    "reminder": of_reminder(),
    "reminder-done": of_reminder("已跟进"),
    "stopwatch": why.draw(
        why.View(
            "L1024 王建国 · 云栖智能",
            (
                "秒表:",
                " · 渠道送来:20 分,今天 10:00 到 今天 10:20",
                " · 销售领取:35 分,今天 10:20 到 今天 10:55",
                " · 首次联系:3 小时 30 分(上班时间 2 小时),今天 10:55 到现在还没有",
            ),
        )
    ),
}
