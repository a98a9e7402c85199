"""After the win a customer comes back as a deal for the same owner: a renewal, another product, silence; each once."""

import pytest

from tests.acceptance.test_conversion import deals, qualified
from tests.town import shanghai, town, words


async def customer(acme, amount="50万"):
    """王磊's customer, who has bought a CRM."""
    no = await qualified(acme)
    await acme.text("wanglei", f"转商机 {no} CRM {amount}")
    (deal,) = await deals(acme)
    await acme.text("wanglei", f"赢单 {deal['no']}")
    return no, deal["no"]


def told(acme, part, user="wanglei"):
    return [words([m]) for m in acme.standin.chat(user) if part in words([m])]


@pytest.mark.feature("I7")
async def test_a_renewal_that_nears_is_a_deal_for_the_same_owner_once(acme):
    no, sold = await customer(acme)
    assert "续约日" in words(await acme.text("wanglei", f"商机 {sold} 续约日=2026-04-25"))
    await acme.until(shanghai("2026-03-25 09:00"))
    assert len(await deals(acme)) == 1
    await acme.until(shanghai("2026-03-26 09:30"))
    renewal = next(d for d in await deals(acme) if d["no"] != sold)
    seen = {name: renewal[name] for name in ("origin", "follows", "owner", "product", "amount", "expected_on", "lead")}
    assert seen == {
        "origin": "renewal", "follows": sold, "owner": "wanglei", "product": "CRM", "amount": 500000,
        "expected_on": "2026-04-25", "lead": no,
    }  # fmt: skip
    assert len(told(acme, "续约快到期了")) == 1 and (await acme.lead(no))["stage"] == "opportunity"
    await acme.text("wanglei", f"输单 {renewal['no']} 价格太高")
    assert (await acme.lead(no))["stage"] == "won", "who has bought stays a customer"
    await acme.later(days=3)
    assert len([d for d in await deals(acme) if d["origin"] == "renewal"]) == 1, "once"


def hasty(text):
    return text.replace("silence: 180", "silence: 5")


@pytest.mark.feature("I7")
@pytest.mark.ask("AS11")
@pytest.mark.platforms("wecom")
async def test_a_customer_who_asks_again_is_a_deal_again_and_silence_makes_one(tmp_path, platform):
    async with town(tmp_path, platform=platform, rules=hasty) as acme:
        no, sold = await customer(acme)
        for _ in range(2):
            assert await acme.mql(submission_id="again", need="再问问云盘多少钱") == no
        asked = [d for d in await deals(acme) if d["origin"] == "asked"]
        assert [(d["owner"], d["follows"]) for d in asked] == [("wanglei", sold)], "one enquiry, one deal"
        assert len(told(acme, "老客户又来咨询")) == 1
        await acme.later(days=1)
        await acme.text("wanglei", f"输单 {asked[0]['no']} 预算取消")
        await acme.later(days=3)
        await acme.text("wanglei", f"跟进 {no} 电话回访,用得不错")
        await acme.later(days=4)
        assert not [d for d in await deals(acme) if d["origin"] == "silence"], "somebody has called since"
        await acme.later(days=2)
        (silent,) = [d for d in await deals(acme) if d["origin"] == "silence"]
        assert silent["owner"] == "wanglei" and told(acme, "老客户好久没联系了")
        await acme.text("wanglei", f"输单 {silent['no']} 联系不上")
        await acme.later(days=6)
        assert len([d for d in await deals(acme) if d["origin"] == "silence"]) == 1, "once a win"


@pytest.mark.feature("I7")
@pytest.mark.platforms("wecom")
@pytest.mark.only("sqlite")
async def test_a_win_that_is_taken_back_brings_nobody_back(acme):
    no, sold = await customer(acme)
    await acme.text("wanglei", f"商机 {sold} 续约日=2026-04-20")
    await acme.text("wanglei", f"重开 {sold}")
    await acme.later(days=4)
    assert len(await deals(acme)) == 1 and (await acme.lead(no))["stage"] == "opportunity"
