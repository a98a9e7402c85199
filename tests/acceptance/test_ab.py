"""Two texts against each other: the winner is named when there is enough evidence, and machines do not count."""

import pytest

from store.journey import JourneyRun
from store.tables import BehaviourRow
from tests.customers import publish_texts, without_journeys
from tests.town import town, words

SPLIT = """
journeys:
  test:
    label: 标题测试
    start: {behaviour: [download]}
    steps:
      - {name: cut, split: {a: 50, b: 50}}
      - {name: a, send: mail, content: hello, topic: service, next: rest}
      - {name: b, send: mail, content: other, topic: service}
      - {name: rest, wait: 30d}
"""


@pytest.mark.feature("K6")
@pytest.mark.platforms("wecom")
async def test_the_winner_is_named_only_with_enough_evidence(tmp_path, database):
    async with town(tmp_path, rules=lambda text: without_journeys(text) + SPLIT, database=database) as place:
        await publish_texts(place, hello="你好", other="别的")
        no = await place.capture(name="甲", phone="13800138000", email="a@hengli.cn")
        await place.api("POST", f"/leads/{no}/behaviours", kind="download")
        assert "样本还不够,每组至少 100 人再看" in words(await place.text("linda", "旅程 标题测试"))
        (run,) = place.database.rows("select mark, variant from journey_run where corp = 'acme'")
        assert run[1] in ("cut=a", "cut=b")

        async def many(tx, first, clicks, weight):
            """Two hundred runs of each group; so many of the people in it clicked, or a machine did."""
            for group, name in enumerate("ab"):
                for number in range(200):
                    lead_id = first + group * 200 + number
                    await tx.add(
                        JourneyRun(corp=tx.corp, lead_id=lead_id, journey="test", mark=run[0], variant=f"cut={name}",
                                   begun_at=place.at, step_at=place.at, run_at=place.at)
                    )  # fmt: skip
                    if number < clicks[group]:
                        await tx.add(
                            BehaviourRow(corp=tx.corp, lead_id=lead_id, kind="click", at=place.at, weight=weight)
                        )

        await place.bot.store.transaction(lambda tx: many(tx, 50_000, (0, 90), 0.0))
        assert "差异不显著(p=1.00)" in words(await place.text("linda", "旅程 标题测试")), "machines clicked"
        await place.bot.store.transaction(lambda tx: many(tx, 60_000, (20, 60), 1.0))
        assert ":b 更好(p=0.0" in words(await place.text("linda", "旅程 标题测试"))
