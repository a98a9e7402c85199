"""The nightly try of a form goes all the way that a stranger's submission goes, and leaves no lead behind."""

import pytest

from tests.town import shanghai, words

pytestmark = [pytest.mark.platforms("wecom"), pytest.mark.feature("A11")]


async def test_the_nightly_try_comes_through_and_is_in_no_pool_no_report_and_on_no_card(acme):
    acme.bot.prober.address = str(acme.http._base_url).rstrip("/")
    acme.at = shanghai("2026-03-19 03:10")
    await acme.bot.prober.run_once()
    await acme.settle()
    (at,) = acme.database.rows("select value from property where corp = 'acme' and name like 'probed%'")[0]
    assert at.startswith("2026-03-18T19:10")
    assert (await acme.api("GET", "/leads"))[1]["items"] == []
    assert acme.database.rows("select count(*) from enquiry where corp = 'acme'")[0][0] == 0
    assert "自测" not in words([m for user in acme.members for m in acme.standin.chat(user)])
    told = words(await acme.text("linda", "渠道"))
    assert "没有新线索" in told and "表单" not in told
    await acme.bot.prober.run_once()
    assert acme.database.rows("select count(*) from inbox where corp = 'acme' and platform = 'form'")[0][0] == 1


async def test_a_form_that_cannot_be_reached_is_told_once_in_the_morning(acme):
    acme.bot.prober.address = "http://127.0.0.1:9"
    acme.at = shanghai("2026-03-19 03:10")
    for _ in range(2):
        await acme.bot.prober.run_once()
    await acme.settle()
    assert acme.standin.chat("linda") == [], "at three in the morning nobody is rung"
    await acme.until(shanghai("2026-03-19 09:01"))
    told = [m.text for m in acme.standin.chat("linda") if "自测没通过" in m.text]
    assert len(told) == 1 and "表单「联系我们」" in told[0] and "打不开" in told[0] and "/f/contact" in told[0]
