"""Whatever a stored body says: an event whose fields are what they claim to be, and never an error."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.dingtalk import parse as dingtalk
from bot.events import Event, Ignored
from bot.wecom import parse as wecom
from tests.bot.wecom.conftest import DATA as WECOM_DATA
from tests.fuzz.test_envelopes import XML, spoilt

AT = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)
SAMPLES = sorted(path.read_bytes() for path in WECOM_DATA.glob("*.xml"))
FIELDS = """
    senderStaffId senderCorpId chatbotCorpId msgtype text content recognition richText downloadCode createAt errorCode
    conversationId userId UserId EventType eventtype EventTime corpId outTrackId cardPrivateData params actionIds
    action reason to staffId type result title processInstanceId
"""
NAMES = st.sampled_from(FIELDS.split())
VALUES = """
    text picture richText audio user_leave_org user_add_org bpms_instance_change claim/1/2 20001 ding0123
"""
WORDS = st.sampled_from(VALUES.split())
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=20)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=6),
    max_leaves=20,
)


def assert_whole(event: Event) -> None:
    """Every field has the type that it is declared with."""
    for field in fields(event):
        value = getattr(event, field.name)
        if field.type in ("str", str):
            assert isinstance(value, str), (field.name, event)
        elif field.name == "at":
            assert isinstance(value, datetime) and value.tzinfo is not None
        elif field.name == "choices":
            assert all(isinstance(v, str) for chosen in value.values() for v in chosen)


@given(st.binary(max_size=100) | XML.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_wecom_rubbish_is_ignored(body: bytes) -> None:
    found = wecom.parse(body, received_at=AT, agent_id=1000002)
    assert_whole(found)
    assert isinstance(found, Ignored) and found.at == AT


@given(st.data())
def test_wecom_a_spoilt_sample_is_an_event_or_ignored(data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(SAMPLES))
    assert_whole(wecom.parse(data.draw(spoilt(sample)), received_at=AT, agent_id=1000002))


@given(st.binary(max_size=100) | JSON.map(lambda value: json.dumps(value).encode()))
def test_dingtalk_rubbish_is_ignored(body: bytes) -> None:
    found = dingtalk.parse(body, received_at=AT, corp_id="ding0123")
    assert_whole(found)
    assert isinstance(found, Ignored)


@given(st.sampled_from(["robot", "event", "card"]), st.dictionaries(NAMES, JSON, max_size=8))
def test_dingtalk_odd_content_is_kept_and_read_without_an_error(kind: str, content: dict[str, Any]) -> None:
    assert 0 < len(dingtalk.lane_of(kind, content)) <= 80
    assert_whole(dingtalk.parse(dingtalk.stored(kind, content), received_at=AT, corp_id="ding0123"))


@given(JSON, st.booleans())
def test_dingtalk_a_tap_of_any_shape(content: Any, written: bool) -> None:
    tap = {"outTrackId": "c1", "userId": "lisi", "content": json.dumps(content) if written else content}
    assert_whole(dingtalk.parse(dingtalk.stored("card", tap), received_at=AT, corp_id="ding0123"))
