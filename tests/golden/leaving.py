"""The cards about somebody who leaves, and what they leave to whom, drawn from views written by hand."""

from bot.cards import brief, inherit, leaver
from bot.cards.card import Message
from sla.handover import Estate
from tests.golden.people import customer

LEAVING: dict[str, Message] = {
    "leaver": leaver.draw(
        leaver.View(
            "wanglei", "王磊", Estate(37, 5, 8, 12, 2), (("lina", "李娜(华东)", 12), ("zhaoqiang", "赵强(华北)", 8))
        )
    ),
    "leaver-of-nothing": leaver.draw(leaver.View("wanglei", "王磊", Estate(0, 0, 0, 0, 0), ())),
    "leaver-with-customers": leaver.draw(
        leaver.View("wanglei", "王磊", Estate(0, 0, 0, 0, 0), (("lina", "李娜(渝西)", 4),), befriended=True)
    ),
    "inherit": inherit.draw(
        inherit.View(3, "王磊", "李娜", {"done": 12, "waiting": 200, "refused": 1, "failed": 2}, "03-19 10:20")
    ),
    "inherit-hindered": inherit.draw(
        inherit.View(3, "王磊", "李娜", {"wanted": 30}, error="应用没有这个接口的权限:到「客户联系」加上本应用")
    ),
    "inherit-ended": inherit.draw(
        inherit.View(3, "王磊", "李娜", {"done": 212, "refused": 1, "failed": 2}, reasons=("接手的同事客户数满了",))
    ),
    "heirs": inherit.draw_each(
        inherit.Each(
            "王磊的微信客户,第 1 到 3 位",
            (
                ("L1024 王建国 · 云栖智能", "失败:接手的同事客户数满了"),
                ("L1030 刘芳", "等待(到 明天 10:20)"),
                ("没有线索的客户", "成功"),
            ),
        )
    ),
    "heirs-beyond-the-end": inherit.draw_each(inherit.Each("王磊的微信客户", ())),
    "heirs_left": inherit.draw_rest(inherit.Rest(3, 20, 195)),
    "drill": leaver.draw_drill(
        (
            leaver.Risk("王磊", Estate(37, 5, 8, 12, 2, 3), "李娜、赵强"),
            leaver.Risk("李娜", Estate(4, 0, 0, 1, 0), ""),
        )
    ),
    "brief": brief.draw(
        (
            brief.Brief(
                customer(stage="sal"), 3, "昨天 16:20「电话聊了,要比较两家」", "03-25 周三 10:00", "王磊", "李娜"
            ),
            brief.Brief(
                customer(id=1030, name="刘芳", title="", need="", budget_min=None, budget_max=None),
                0,
                "",
                "",
                "",
                "李娜",
            ),
        )
    ),
}
