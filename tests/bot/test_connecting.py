"""What an ERP's answer means, how an order is said in its words, and who is asked for consent: tables of cases."""

import hashlib
import hmac
import json

import pytest
from pydantic import ValidationError

from bot.connected import Connectors, arrived
from bot.connecting import Accepted, Later, Refused, shaped, signed, verdict
from bot.platform import Unreadable
from config.connector import Connector, Orders
from tests.conftest import NOW

THERE = Orders(
    url="https://erp.example.com/orders", number="data.no", ok_at="code", ok_is="0", busy=("9001",), message="msg",
    sign={"secret": "a-secret-of-the-erp"},
    fields={"bill.ref": "order", "bill.sum": "amount", "who": "company"}, lines="bill.rows", line_fields={"m": "sku"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("status", "body", "meant"),
    [
        (200, '{"code":0,"data":{"no":"X1"}}', Accepted("X1")),
        (201, '{"code":"0","data":{"no":17}}', Accepted("17")),
        (200, '{"code":4001,"msg":"物料不存在"}', Refused("物料不存在")),
        (200, '{"code":9001,"msg":"系统繁忙"}', Later("系统繁忙")),
        (200, '{"code":0,"data":{}}', Refused("对方的回答里没有单号(data.no),可能改了格式")),
        (200, '{"code":0,"data":{"no":true}}', Refused("对方的回答里没有单号(data.no),可能改了格式")),
        (200, '{"data":{"no":"X1"}}', Refused("对方说不行(None)")),
        (200, "<html>维护中</html>", Later("对方的回答不是 JSON")),
        (200, "[" * 100_000, Later("对方的回答不是 JSON")),
        (401, '{"msg":"token expired"}', Refused("令牌或签名不对:token expired")),
        (422, '{"msg":"客户不存在"}', Refused("对方不收(422):客户不存在")),
        (429, "", Later("对方回答 429")),
        (503, '{"msg":"维护"}', Later("对方回答 503:维护")),
        (302, "", Refused("对方不收(302)")),
    ],
)
def test_what_an_answer_means(status, body, meant):
    assert verdict(status, body.encode(), THERE) == meant


def test_an_order_is_said_in_their_words_and_signed_as_declared():
    told = {"order": "D7", "amount": 99.5, "company": "云栖", "lines": [{"sku": "A", "name": "甲"}]}
    body = shaped(told, THERE)
    assert body == {"bill": {"ref": "D7", "sum": 99.5, "rows": [{"m": "A"}]}, "who": "云栖"}
    raw, stamp = json.dumps(body).encode(), str(int(NOW.timestamp()))
    mac = hmac.new(b"a-secret-of-the-erp", f"{stamp}.".encode() + raw, hashlib.sha256).hexdigest()
    assert signed(THERE, raw, at=NOW) == {"X-Signature": mac, "X-Timestamp": stamp}


FEEDS = {"r": {"kind": "payment", "named": "receipt", "id": "no", "fields": {"order": "bill", "amount": "sum"}},
         "s": {"kind": "stock", "named": "stock", "id": "no", "fields": {"sku": "m", "count": "n"}}}  # fmt: skip
HOOK = {"signature": "bearer", "secret": "a-secret-of-the-erp"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"orders": None, "feeds": {}, "webhook": None}, "needs orders"),
        ({"kind": ""}, "kind must say where"),
        ({"webhook": None}, "needs a webhook"),
        ({"feeds": {"r": {**FEEDS["r"], "fields": {"order": "bill"}}}}, "fields must say where amount"),
        ({"feeds": {"r": {**FEEDS["r"], "fields": {"order": "b", "amount": "a", "sku": "m"}}}}, "a payment has no sku"),
        ({"orders": {"url": "ftp://erp", "number": "n"}}, "must be a whole address"),
        ({"orders": {"url": "https://e.cn/o", "number": "n", "ok_at": "code"}}, "ok_at and ok_is belong together"),
        ({"orders": {"url": "https://e.cn/o", "number": "n", "find": "https://e.cn/o"}}, "find must name {order}"),
        ({"orders": {"url": "https://e.cn/o", "number": "n", "fields": {"a": "amount"}}}, "our own number"),
        ({"ordres": {}}, "Extra inputs"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused_with_its_cure(changes, told):
    with pytest.raises(ValidationError) as refused:
        Connector(**({"label": "ERP", "webhook": HOOK, "kind": "type", "feeds": FEEDS} | changes))
    assert told in str(refused.value)


def test_news_is_known_again_by_its_number_and_what_cannot_be_read_says_why():
    erp = Connector(label="ERP", webhook=HOOK, kind="type", feeds=FEEDS)
    item = {"type": "receipt", "no": "p1", "bill": "X1", "sum": 5}
    one = arrived("erp", erp, "", item, at=NOW)
    assert one.key == arrived("erp", erp, "r", {**item, "note": "again"}, at=NOW).key
    assert one.key != arrived("erp", erp, "", {**item, "no": "p2"}, at=NOW).key
    read = Connectors({"erp": erp}).parse(one.body)
    assert (read.kind, dict(read.fields)) == ("payment", {"order": "X1", "amount": "5"})
    for broken, why in (({**item, "type": "gossip"}, "不认识这种推送"), ({**item, "sum": None}, "找不到字段 sum"),
                        ({"type": "receipt", "bill": "X1", "sum": 5}, "找不到字段 no")):  # fmt: skip
        with pytest.raises(Unreadable, match=why):
            Connectors({"erp": erp}).parse(arrived("erp", erp, "", broken, at=NOW).body)
    with pytest.raises(Unreadable, match="已经不在"):
        Connectors({}).parse(one.body)
