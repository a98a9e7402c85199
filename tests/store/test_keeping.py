"""What nobody can use any more does not stay in the store."""

from datetime import timedelta


async def test_last_month_s_deeds_and_open_questions_are_forgotten(acme):
    def kept():
        return acme.database.rows(
            "select (select count(*) from act where corp = 'acme'), (select count(*) from draft where corp = 'acme')"
        )[0]

    no = await acme.mql()
    await acme.text("wanglei", f"领取 {no}")
    await acme.text("wanglei", "刚打了,明天下午3点再打")
    assert kept() == (1, 1)
    await acme.bot.keep_house()
    assert kept() == (1, 1)
    acme.at += timedelta(days=32)
    await acme.bot.keep_house()
    assert kept() == (0, 0)
