"""What customers agreed to, by programs: read with its proof, noted once, and ended at once."""

from typing import Any

import pytest

pytestmark = [pytest.mark.feature("P4", "K4")]


async def test_a_consent_is_noted_once_with_its_proof_and_its_end_holds_at_once(office: Any) -> None:
    no = await office.lead()
    path = f"/api/v1/leads/{no}/consents"
    assert await office.get(path) == {"items": [], "stops": [], "next_cursor": None}
    told = {"topic": "产品资讯", "channel": "mail", "given": True, "proof": "3月18日展会登记表 13900139000", "by": "ma"}
    noted = await office.post(path, told)
    again = await office.post(path, told)
    (one,) = again["items"]
    assert noted == again and (one["topic"], one["channel"], one["way"]) == ("news", "mail", "api")
    assert (one["by"], one["withdrawn_at"], one["purpose"]) == ("ma", None, "接收产品资讯")
    assert "13900139000" in one["proof"]
    assert "13900139000" not in (await office.get(path, key="board"))["items"][0]["proof"], "a key that only reads"
    ended = await office.post(path, {"topic": "news", "given": False, "proof": "打电话来说不想再收"})
    (stop,) = ended["stops"]
    assert ended["items"][0]["withdrawn_at"] is not None
    assert (stop["topic"], stop["channel"], stop["way"], stop["words"]) == ("news", "", "api", "打电话来说不想再收")
    back = await office.post(path, told | {"proof": "4月1日又在官网登记", "channel": ""})
    assert back["stops"] == [] and [item["withdrawn_at"] is None for item in back["items"]] == [False, True]
    kinds = [item["kind"] for item in (await office.get(f"/api/v1/leads/{no}/timeline"))["items"]]
    assert sorted(kinds).count("consented") == 2 and "contact_stopped" in kinds and "contact_allowed" in kinds
    everything = await office.post(path, {"given": False, "proof": "请别再联系我"})
    assert [item["topic"] for item in everything["stops"]] == [""]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"topic": "彩票", "given": True, "proof": "展会上说的"}, "topic"),
        ({"channel": "fax", "given": True, "proof": "展会上说的"}, "channel"),
        ({"topic": "news", "given": True}, "proof"),
        ({"topic": "news", "given": True, "proof": "行"}, "凭据"),
        ({"topic": "news", "given": True, "proof": "展会上说的", "by": "nobody"}, "by"),
    ],
)
async def test_what_cannot_be_noted_says_why_and_changes_nothing(
    office: Any, given: dict[str, Any], named: str
) -> None:
    no = await office.lead()
    refused = await office.post(f"/api/v1/leads/{no}/consents", given, status=422)
    assert named in str(refused)
    assert (await office.get(f"/api/v1/leads/{no}/consents"))["items"] == []
