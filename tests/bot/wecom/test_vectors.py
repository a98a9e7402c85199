"""WeCom's own worked example and one body of each kind, through the real server: answered, stored once, understood."""

import asyncio
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.events import ButtonPressed, ContactAdded, ContactStayed, Ignored, KfRang, MemberLeft, MessageReceived
from sandbox.wecom.company import Contact
from tests.bot.wecom.conftest import AT, CORP, DATA, edge

VECTORS: dict[str, dict[str, str]] = {
    vector["name"]: vector for vector in json.loads((DATA / "crypto_vectors.json").read_text("utf-8"))
}
SAMPLES: dict[str, tuple[str, type, dict[str, Any]]] = {
    "msg_text.xml": ("app", MessageReceived, {"sender": "lisi", "text": "认领 L20260101", "kind": "text"}),
    "event_template_card_button.xml": (
        "app", ButtonPressed,
        {"sender": "lisi", "action": "claim", "code": "RC_card_button", "ref": "lead_1001@v1", "choices": {}},
    ),
    "event_template_card_menu.xml": (
        "app", ButtonPressed, {"sender": "lisi", "action": "mute", "code": "RC_card_menu", "ref": "lead_1001@v1"},
    ),
    "event_template_card_multi.xml": (
        "app", ButtonPressed,
        {"sender": "lisi", "action": "submit", "choices": {"stage": ("negotiating",), "next": ("d3",)}},
    ),
    "event_external_add.xml": (
        "contact", ContactAdded,
        {"sender": "lisi", "external_id": "wmSAMPLE0001", "state": "ch_expo_01", "welcome_code": "WELCOME_CODE"},
    ),
    "event_external_del_follow_user.xml": ("contact", Ignored, {"sender": "lisi"}),
    "event_external_transfer_fail.xml": (
        "contact", ContactStayed, {"sender": "lisi", "external_id": "wmSAMPLE0001", "refused": True},
    ),
    "event_contact_delete_user.xml": ("contact", MemberLeft, {"sender": "lisi"}),
    "event_acquisition_friend_request.xml": ("contact", Ignored, {"sender": ""}),
    "event_kf.xml": ("kf", KfRang, {"sender": "", "account": "wkSAMPLE01", "token": "ENC_TOKEN_10MIN"}),
    "passive_update_button.xml": ("app", Ignored, {}),
}  # fmt: skip


def query_of(vector: dict[str, str]) -> dict[str, str]:
    return {name: vector[name] for name in ("msg_signature", "timestamp", "nonce")}


def body_of(vector: dict[str, str]) -> str:
    return (
        f"<xml><ToUserName><![CDATA[{vector['receive_id']}]]></ToUserName>"
        f"<Encrypt><![CDATA[{vector['encrypt']}]]></Encrypt></xml>"
    )


def drop_properties(path: Path) -> None:
    """Behind the server's back, and beside its loop: it may hold the store just now, and must be able to let go."""
    with sqlite3.connect(path, timeout=60) as behind_its_back:
        behind_its_back.execute("drop table property")


async def test_the_address_is_confirmed_even_when_the_store_takes_nothing(tmp_path: Any) -> None:
    """WeCom waits a second for its echo; that the doctor cannot read about it afterwards is no reason to refuse it."""
    async with edge(tmp_path) as wecom:
        await asyncio.to_thread(drop_properties, wecom.town.database.path)
        sealed = wecom.crypt.seal(b"1616140317555161061")
        answer = await wecom.get({**wecom.signed(sealed), "echostr": sealed})
        assert (answer.status, answer.body) == (200, "1616140317555161061")


def test_there_is_a_row_for_each_sample() -> None:
    assert {path.name for path in DATA.glob("*.xml")} == set(SAMPLES)


async def test_the_documented_example_arrives_word_for_word(tmp_path: Any) -> None:
    vector = VECTORS["tencent_documented_example"]
    keys = {"corp": vector["receive_id"], "token": vector["token"], "aes_key": vector["encoding_aes_key"]}
    async with edge(tmp_path, at=int(vector["timestamp"]) + 2, agent=218, **keys) as wecom:
        answer = await wecom.post(query_of(vector), body_of(vector))
        assert (answer.status, answer.body) == (200, "")
        [row] = await wecom.rows()
        assert row.body.decode() == vector["plaintext"]
        event = await wecom.event()
        assert isinstance(event, MessageReceived)
        assert (event.sender, event.text) == ("mycreate", "hello")
        assert event.at == datetime(2014, 9, 2, 12, 10, 13, tzinfo=UTC)


@pytest.mark.parametrize("name", ["url_verify_echostr", "pad_32_boundary"])
async def test_the_url_check_gets_its_echo_raw(tmp_path: Any, name: str) -> None:
    vector = VECTORS[name]
    async with edge(tmp_path) as wecom:
        query = {**query_of(vector), "echostr": vector["encrypt"]}
        answer = await wecom.get(query)
        assert (answer.status, answer.body) == (200, vector["plaintext"])
        turned = "&".join(f"{key}={value}" for key, value in query.items())  # + stands as it is: a blank for us
        assert (await wecom.get(turned)).body == vector["plaintext"]
        assert await wecom.rows() == []


async def test_the_text_vector_is_kept_once_however_often_it_comes(tmp_path: Any) -> None:
    vector = VECTORS["text_message"]
    async with edge(tmp_path) as wecom:
        for _ in range(4):
            answer = await wecom.post(query_of(vector), body_of(vector))
            assert (answer.status, answer.body) == (200, "")
        [row] = await wecom.rows()
        assert row.body.decode() == vector["plaintext"]
        assert (wecom.counted("accepted"), wecom.counted("repeated")) == (1, 3)


async def test_a_robots_envelope_without_a_receive_id_is_not_for_this_app(tmp_path: Any) -> None:
    vector = VECTORS["aibot_json_empty_receiveid"]
    async with edge(tmp_path) as wecom:
        assert (await wecom.post(query_of(vector), body_of(vector))).status == 403
        robot = json.dumps({"encrypt": vector["encrypt"]})
        assert (await wecom.post(query_of(vector), robot)).status == 403
        for sample in sorted(DATA.glob("aibot_*.json")):
            assert (await wecom.post(*wecom.envelope(sample.read_bytes()))).status == 403, sample.name
        assert await wecom.rows() == []


async def test_a_list_of_service_accounts_is_no_forgery(tmp_path: Any) -> None:
    accounts = "".join(f"<AuthAddOpenKfId>wk{number}</AuthAddOpenKfId>" for number in range(3))
    head = f"<ToUserName>{CORP}</ToUserName><CreateTime>{AT}</CreateTime><MsgType>event</MsgType>"
    inner = f"<xml>{head}<Event>kf_account_auth_change</Event>{accounts}</xml>"
    async with edge(tmp_path) as wecom:
        assert (await wecom.post(*wecom.envelope(inner), name="kf")).status == 200
        assert isinstance(await wecom.event(), Ignored)


@pytest.mark.feature("P7")
async def test_each_kind_of_body_is_answered_stored_once_and_understood(tmp_path: Any) -> None:
    async with edge(tmp_path) as wecom:
        wecom.town.standin.company.contacts["wmSAMPLE0001"] = Contact("wmSAMPLE0001", "lisi", "周先生")
        for count, (sample, (name, kind, expected)) in enumerate(SAMPLES.items(), start=1):
            click = sample.removeprefix("event_template_").removesuffix(".xml")  # each click has a code of its own
            inner = (DATA / sample).read_bytes().strip().replace(b"RC_ONE_USE", f"RC_{click}".encode())
            if sample == "passive_update_button.xml":  # what we would answer; as a callback it is nobody's word
                inner = inner.replace(b"<ToUserName><![CDATA[lisi]]>", f"<ToUserName><![CDATA[{CORP}]]>".encode())
            for nonce in ("first", "again"):
                sealed = wecom.crypt.seal(inner)
                _, body = wecom.around(sealed)
                answer = await wecom.post(wecom.signed(sealed, nonce=nonce), body, name=name)
                assert answer.status == 200 and answer.body in ("", "success"), sample
            rows = await wecom.rows()
            assert len(rows) == count and rows[-1].body == inner, sample
            event = await wecom.event()
            assert type(event) is kind, (sample, event)
            assert {field: getattr(event, field) for field in expected} == expected, sample
            assert event.at == datetime.fromtimestamp(AT + (sample == "passive_update_button.xml"), UTC), sample
        await wecom.town.settle()
        assert {row.state for row in await wecom.rows()} == {"done"}, "nothing is tried again or parked"
