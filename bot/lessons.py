"""What is practised, step by step, by whom: each step names what to send or press, and what shows that it was done."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """`told`: what to do now, `{no}` is the practice lead; `done` is any sign that it was: a fact's kind or a word."""

    name: str
    told: str
    done: tuple[str, ...]


REP = (
    Step("领取", "点上面这张卡片的「领取」,或者发:领取 {no}", ("claimed",)),
    Step(
        "跟进",
        "假装刚给客户打完电话,像平时说话一样发一句:\n电话聊了,明天下午3点上门演示\n我听懂了什么会先给你看,点「保存」就记好了。",
        ("followup_logged",),
    ),
    Step("合格", "需求、预算都问清了,点「合格」,或者发:合格 {no}", ("qualified",)),
    Step(
        "转商机",
        "客户要报价了,发:转商机 {no} 5万 下月底\n点「转商机」也行,再回一句「5万 下月底」。",
        ("opportunity_opened",),
    ),
)
MANAGER = (
    Step("日报", "发「日报」:今天的数字、最该救的几条,都在一张卡上。", ("日报",)),
    Step("超时", "再发「超时」:谁的线索没跟上,一条条摆给你看。", ("超时",)),
    Step("改派", "同事小周一直没跟 {no},点「改派」选小吴,或者发:转给 {no} 小吴", ("transferred",)),
)
MARKETING = (
    Step("渠道", "发「渠道」:每个渠道来了多少、花了多少、回了多少。", ("渠道",)),
    Step("新建活动", "给一次投放建个链接和二维码,发:渠道 新建 抖音-练习", ("campaign",)),
    Step("素材", "再发「素材」:销售发给客户的资料都在这里,谁发了、谁打开了也看得到。", ("素材",)),
)
LESSONS = {"rep": REP, "manager": MANAGER, "admin": MANAGER, "marketing": MARKETING}


def after(lesson: tuple[Step, ...], step: int, signs: Collection[str]) -> int:
    """The step that comes next when these signs were seen at `step`; a later step done at once skips those before."""
    for number in range(len(lesson) - 1, step - 1, -1):
        if set(lesson[number].done) & set(signs):
            return number + 1
    return step
