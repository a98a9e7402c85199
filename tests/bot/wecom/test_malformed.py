"""Whatever a stranger sends to a callback: one and the same answer, nothing stored, nothing told in the log."""

import asyncio
import base64
import gzip
import io
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import pytest_asyncio
import structlog

from bot import server
from sandbox.cipher import Crypt
from tests.bot.wecom.conftest import AES_KEY, CORP, TOKEN, Edge, edge
from tests.bot.wecom.spoilt import (
    BOMB,
    INNER,
    OTHER,
    PHONE,
    XXE,
    Make,
    body,
    capitals,
    doubled,
    echo,
    encrypted,
    frame,
    header,
    inner,
    not_utf8,
    padded,
    query,
    raw,
    resigned,
    right,
    signed_text,
)  # fmt: skip

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.feature("P7")]

LEAST = frame()
ALIGNED = LEAST + bytes([p := 16 - len(LEAST) % 16 or 16]) * p
QUERY: dict[str, tuple[str, Make]] = {
    "no query": ("query timestamp", lambda wecom: replace(right(wecom), query="")),
    "no timestamp": ("query timestamp", query(timestamp=None)),
    "no nonce": ("query nonce", query(nonce=None)),
    "no signature": ("query msg_signature", query(msg_signature=None)),
    "signature of the WeChat kind": ("query msg_signature", query(msg_signature=None, signature="0" * 40)),
    "two timestamps": ("query timestamp", doubled("timestamp")),
    "two nonces": ("query nonce", doubled("nonce")),
    "two signatures": ("query msg_signature", doubled("msg_signature")),
    "empty timestamp": ("timestamp", query(timestamp="")),
    "timestamp in words": ("timestamp", query(timestamp="yesterday!")),
    "timestamp in milliseconds": ("timestamp", resigned(timestamp="1760000000000")),
    "timestamp with a fraction": ("timestamp", resigned(timestamp="1760000000.0")),
    "negative timestamp": ("timestamp", resigned(timestamp="-176000000")),
    "timestamp in full width": ("timestamp", resigned(timestamp="\uff11760000000")),
    "timestamp with a line break": ("timestamp", resigned(timestamp="1760000000\n")),
    "timestamp of 5000 digits": ("timestamp", query(timestamp="1" * 5000)),
    "eleven minutes old": ("age", resigned(skew=-660)),
    "one second too old": ("age", resigned(skew=-601)),
    "one second too new": ("age", resigned(skew=601)),
    "from the year 2000": ("age", resigned(timestamp="0946684800")),
    "empty nonce": ("nonce", resigned(nonce="")),
    "nonce of 65 characters": ("nonce", resigned(nonce="n" * 65)),
    "nonce with a blank": ("nonce", resigned(nonce="n 1")),
    "nonce with NUL": ("nonce", resigned(nonce="n\x001")),
    "nonce with a line break": ("nonce", resigned(nonce="n1\r\nX: y")),
    "nonce in Chinese": ("nonce", resigned(nonce="随机")),
    "empty signature": ("signature", query(msg_signature="")),
    "signature in capitals": ("signature", lambda w: replace(right(w), query=capitals(right(w)))),
    "signature cut short": ("signature", query(msg_signature="a" * 39)),
    "signature too long": ("signature", query(msg_signature="a" * 41)),
    "signature with NUL": ("signature", query(msg_signature="a" * 39 + "\x00")),
    "signature of SHA-256": ("signature", query(msg_signature="a" * 64)),
    "another signature": ("signature", query(msg_signature="0" * 40)),
    "another nonce than signed": ("signature", query(nonce="other")),
    "another cipher text than signed": (
        "signature",
        lambda w: replace(right(w), query={**w.signed("x"), "nonce": "n0nce01"}),
    ),
    "another Token": ("signature", resigned(by=OTHER)),
    "no Token": ("signature", resigned(by=Crypt("", AES_KEY, CORP))),
    "query that is no UTF-8": ("signature", lambda w: replace(right(w), query=not_utf8(right(w)))),
}
BODY: dict[str, tuple[str, Make]] = {
    "empty body": ("xml", body(lambda text: "")),
    "blanks": ("xml", body(lambda text: "  \n ")),
    "words": ("xml", body(lambda text: f"打 {PHONE}")),
    "JSON": ("xml", body(lambda text: '{"encrypt": "abc"}')),
    "form fields": ("xml", body(lambda text: f"phone={PHONE}&Encrypt=abc")),
    "HTML": ("xml", body(lambda text: "<html><br></html>")),
    "cut in the middle": ("xml", body(lambda text: text[: len(text) // 2])),
    "two documents": ("xml", body(lambda text: text + text)),
    "rubbish behind": ("xml", body(lambda text: text + "x")),
    "NUL in front": ("xml", body(lambda text: "\x00" + text)),
    "NUL inside": ("xml", body(lambda text: text.replace("<Encrypt>", "<Encrypt>\x00"))),
    "NUL as a reference": ("xml", body(lambda text: text.replace("</xml>", "<A>&#0;</A></xml>"))),
    "bytes that are no UTF-8": ("utf-8", body(lambda text: text.encode().replace(b"</xml>", b"<A>\xff</A></xml>"))),
    "overlong UTF-8": ("utf-8", body(lambda text: text.encode().replace(b"</xml>", b"<A>\xc0\xaf</A></xml>"))),
    "half a surrogate": ("utf-8", body(lambda text: text.encode().replace(b"</xml>", b"<A>\xed\xa0\x80</A></xml>"))),
    "GBK": ("utf-8", body(lambda text: text.replace("</xml>", "<A>线索</A></xml>").encode("gbk"))),
    "UTF-16": ("utf-8", body(lambda text: text.encode("utf-16"))),
    "unknown entity": ("xml", body(lambda text: text.replace("<Encrypt>", "<Encrypt>&nbsp;"))),
    "plain DOCTYPE": ("doctype", body(lambda text: "<!DOCTYPE xml>" + text)),
    "billion laughs": ("doctype", body(lambda text: BOMB)),
    "external entity": ("doctype", body(lambda text: XXE)),
    "external DTD": ("doctype", body(lambda text: '<!DOCTYPE xml SYSTEM "http://127.0.0.1:1/x.dtd">' + text)),
    "attribute": ("xml shape", body(lambda text: text.replace("<Encrypt>", "<Encrypt a='1'>"))),
    "namespace": ("xml shape", body(lambda text: text.replace("<xml>", "<xml xmlns='urn:x'>"))),
    "a level too deep": ("xml shape", body(lambda text: text.replace("</xml>", "<A><B/></A></xml>"))),
    "100000 levels": ("xml shape", body(lambda text: "<a>" * 100_000)),
    "1000 elements": ("xml shape", body(lambda text: f"<xml>{''.join(f'<a{n}/>' for n in range(1000))}</xml>")),
    "two cipher texts": ("xml repeats", body(lambda text: text.replace("</xml>", "<Encrypt>x</Encrypt></xml>"))),
    "two receivers": ("xml repeats", body(lambda text: text.replace("</xml>", "<ToUserName/></xml>"))),
    "Encrypt in small letters": ("signature", body(lambda text: text.replace("Encrypt>", "encrypt>"))),
    "no Encrypt": ("signature", body(lambda text: "<xml><ToUserName>a</ToUserName></xml>")),
    "one character changed": ("signature", body(lambda text: text.replace("</Encrypt>", "A</Encrypt>"))),
    "more than a mebibyte": ("Request Entity Too Large", body(lambda text: text + " " * 2**20)),
    "in plain": ("signature", body(lambda text: INNER)),
    "gzip": ("encoding", header("Content-Encoding", "gzip", gzip.compress)),
    "gzip bomb": ("encoding", header("Content-Encoding", "gzip", lambda _: gzip.compress(b"0" * 2**22))),
    "deflate": ("encoding", header("Content-Encoding", "deflate", zlib.compress)),
    "called gzip": ("encoding", header("Content-Encoding", "gzip")),
    "called brotli": ("encoding", header("Content-Encoding", "br")),
    "unknown coding": ("encoding", header("Content-Encoding", "x-lead")),
    "packed twice": ("encoding", header("Content-Encoding", "identity, gzip")),
    "packed and not said": ("utf-8", body(lambda text: gzip.compress(text.encode()))),
}
CIPHER: dict[str, tuple[str, Make]] = {
    "no cipher text": ("cipher length", signed_text("")),
    "one character short": ("base64", signed_text(lambda sealed: sealed.rstrip("=")[:-1])),
    "half of it": ("cipher length", signed_text(lambda sealed: sealed[: len(sealed) // 8 * 4 + 4])),
    "base64 for addresses": ("base64", signed_text(lambda sealed: "-_" + sealed[2:])),
    "base64 with a line break": ("base64", signed_text(lambda sealed: sealed[:64] + "\n" + sealed[64:])),
    "base64 with blanks": ("base64", signed_text(lambda sealed: " " + sealed)),
    "base64 with rubbish": ("base64", signed_text(lambda sealed: "!" + sealed[1:])),
    "base64 in Chinese": ("base64", signed_text(lambda sealed: "线" + sealed[1:])),
    "only padding": ("base64", signed_text("====")),
    "fifteen bytes": ("cipher length", signed_text(base64.b64encode(b"x" * 15).decode())),
    "a byte too many": ("cipher length", signed_text(base64.b64encode(b"x" * 33).decode())),
    "another key": ("", signed_text(encrypted(padded(LEAST), "Z" * 43))),
    "one block changed": ("", signed_text(lambda sealed: sealed[:-24] + "AAAAAAAAAAAAAAAAAAAAAAA=")),
    "padding of 0": ("padding", raw(padded(LEAST)[:-1] + b"\x00")),
    "padding of 33": ("padding", raw(padded(LEAST)[:-1] + b"\x21")),
    "padding of 255": ("padding", raw(padded(LEAST)[:-1] + b"\xff")),
    "padding that disagrees": ("padding", raw(padded(LEAST + b"x" * 7)[:-2] + b"\x7f\x02")),
    "padding to 16 only": ("padding", raw(ALIGNED if len(ALIGNED) % 32 else ALIGNED + b"\x10" * 16 + b"\x10" * 16)),
    "one block": ("padding", raw(b"\x10" * 16)),
    "only padding inside": ("frame", raw(b"\x20" * 32)),
    "frame without a receiver": ("frame", raw(padded(frame(owner="")))),
    "receiver is another corp": ("receive id", raw(padded(frame(owner="ww9999999999999999"[: len(CORP)])))),
    "receiver in capitals": ("receive id", raw(padded(frame(owner=CORP.upper())))),
    "receiver with a tail": ("frame", raw(padded(frame(owner=CORP + "x")))),
    "receiver cut short": ("frame", raw(padded(frame(owner=CORP[:-1])))),
    "length 0": ("frame", raw(padded(frame(length=0)))),
    "length one less": ("frame", raw(padded(frame(length=len(INNER.encode()) - 1)))),
    "length one more": ("frame", raw(padded(frame(length=len(INNER.encode()) + 1)))),
    "length 4 GiB": ("frame", raw(padded(frame(length=2**32 - 1)))),
    "length as a negative number": ("frame", raw(padded(frame(length=-1)))),
    "length that swallows the receiver": ("frame", raw(padded(frame(length=len(INNER.encode()) + len(CORP))))),
}
WITHIN: dict[str, tuple[str, Make]] = {
    "nothing inside": ("xml", inner("")),
    "words inside": ("xml", inner("4761502314780001234")),
    "JSON inside": ("xml", inner(f'{{"ToUserName": "{CORP}"}}')),
    "no receiver inside": ("recipient", inner("<xml><MsgType>text</MsgType></xml>")),
    "another receiver inside": ("recipient", inner(INNER.replace(CORP, "ww9999999999999999"))),
    "two receivers inside": ("xml repeats", inner(INNER.replace("</xml>", f"<ToUserName>{CORP}</ToUserName></xml>"))),
    "two senders inside": ("xml repeats", inner(INNER.replace("</xml>", "<FromUserName>admin</FromUserName></xml>"))),
    "attribute inside": ("xml shape", inner(INNER.replace("<MsgType>", "<MsgType a='b'>"))),
    "nine levels inside": ("xml shape", inner(INNER.replace("</xml>", "<a>" * 9 + "</a>" * 9 + "</xml>"))),
    "bomb inside": ("doctype", inner(BOMB)),
    "external entity inside": ("doctype", inner(XXE)),
    "NUL inside the message": ("xml", inner(INNER.replace("张三", "\x00"))),
    "no UTF-8 inside": ("utf-8", inner(INNER.encode("gbk"))),
    "cut inside": ("xml", inner(INNER[:-3])),
}
ECHO: dict[str, tuple[str, Make]] = {
    "check without echostr": ("query echostr", echo(lambda q: {k: v for k, v in q.items() if k != "echostr"})),
    "check without a query": ("query timestamp", echo(lambda q: "")),
    "check with two echostr": ("query echostr", echo(lambda q: urlencode(q) + "&echostr=" + quote(q["echostr"]))),
    "check with an empty echostr": ("signature", echo(lambda q: {**q, "echostr": ""})),
    "check with another signature": ("signature", echo(lambda q: {**q, "msg_signature": "0" * 40})),
    "check with another echostr": ("signature", echo(lambda q: {**q, "echostr": encrypted(padded(LEAST))})),
    "check in plain": ("signature", echo(lambda q: {**q, "echostr": "hello"})),
    "check from yesterday": ("age", echo(lambda q: {**q, "timestamp": "1759900000"})),
    "check with bytes that are no UTF-8": ("signature", echo(lambda q: urlencode({**q, "echostr": ""}) + "%ff%ed%a0")),
    "check of another corp": ("receive id", raw(padded(frame(owner="x" * len(CORP), inner="1")), get=True)),
    "check with bad padding": ("padding", raw(padded(frame(inner="1"))[:-1] + b"\x00", get=True)),
    "check with another length": ("frame", raw(padded(frame(inner="1", length=9)), get=True)),
    "check that is no UTF-8": (
        "utf-8", raw(padded(b"r" * 16 + (1).to_bytes(4, "big") + b"\xff" + CORP.encode()), get=True),
    ),
}  # fmt: skip
CASES = {**QUERY, **BODY, **CIPHER, **WITHIN, **ECHO}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wecom(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """One server for the whole table: it must survive each case."""
    async with edge(tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.mark.feature("P7")
@pytest.mark.failure("14")
@pytest.mark.parametrize("name", CASES)
async def test_it_is_refused_in_the_same_words_and_leaves_no_trace(wecom: Edge, name: str, caplog: Any) -> None:
    wecom.town.at += timedelta(seconds=0 if "timestamp" in name else 2)  # refusals are logged once a second
    reason, make = CASES[name]
    sent = make(wecom)
    before = wecom.counted(f"refused: {reason}")
    with structlog.testing.capture_logs() as lines:
        if sent.get:
            answer = await wecom.get(sent.query)
        else:
            large = io.BytesIO(sent.body.encode()) if len(sent.body) > 2**20 else sent.body
            answer = await wecom.post(sent.query, large, headers=sent.headers)
    assert (answer.status, answer.body) == (403, "forbidden")
    assert await wecom.rows() == []
    assert not reason or wecom.counted(f"refused: {reason}") == before + 1
    told = f"{lines} {caplog.text}"
    assert all(line["event"] == "a callback was refused" for line in lines) and "Traceback" not in told
    settings = wecom.town.settings
    secrets = (settings.wecom.secret, settings.security.admin_key) if settings.wecom else ()
    for canary in (PHONE, TOKEN, AES_KEY, "张三", *(secret.get_secret_value() for secret in secrets)):
        assert canary not in told


async def test_after_all_that_the_right_one_is_taken(wecom: Edge) -> None:
    assert len(CASES) >= 60
    sent = right(wecom)
    assert (await wecom.post(sent.query, sent.body, headers={"Content-Type": "application/json"})).status == 200
    assert [row.body.decode() for row in await wecom.rows()] == [INNER]


async def test_a_name_that_no_callback_has_is_not_found(wecom: Edge) -> None:
    sent = right(wecom)
    for name in ("nobody", "APP", "app%00", "%ff", "..%2fapp", "a" * 4000):
        assert (await wecom.post(urlencode(sent.query), sent.body, name=name)).status == 404
    assert len(await wecom.rows()) == 1


async def raw_bytes(wecom: Edge, head: bytes, body: bytes, *, hang_up: bool = False) -> bytes:
    """What a caller gets who speaks HTTP by hand; `hang_up`: they do not wait for it."""
    address = urlencode(right(wecom).query).encode()
    reader, writer = await asyncio.open_connection(*wecom.address())
    writer.write(b"POST /callback/wecom/app?" + address + b" HTTP/1.1\r\nHost: bot\r\n" + head + b"\r\n\r\n" + body)
    await writer.drain()
    answer = b""
    if hang_up:
        await asyncio.sleep(0.05)
    else:
        answer = (await reader.readuntil(b"\r\n")).rstrip()
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize("head", [b"Content-Length: 4000", b"Transfer-Encoding: chunked"])
async def test_a_body_that_never_ends_does_not_hold_the_line(wecom: Edge, monkeypatch: Any, head: bytes) -> None:
    monkeypatch.setattr(server, "PATIENCE", 0.1)
    before = wecom.counted("refused: TimeoutError")
    assert await raw_bytes(wecom, head, b"5\r\n<xml>\r\n") == b"HTTP/1.1 403 Forbidden"
    assert wecom.counted("refused: TimeoutError") == before + 1


async def test_a_caller_who_hangs_up_is_no_error_of_ours(wecom: Edge) -> None:
    wecom.town.at += timedelta(seconds=2)
    with structlog.testing.capture_logs() as lines:
        await raw_bytes(wecom, b"Content-Length: 4000", b"<xml>", hang_up=True)
        async with asyncio.timeout(5):
            while not wecom.counted("refused: ConnectionResetError"):  # noqa: ASYNC110 - a counter, no event
                await asyncio.sleep(0.01)
    assert [line["event"] for line in lines] == ["a callback was refused"]


@pytest.mark.parametrize(
    "head", [b"Content-Length: -1", b"Content-Length: 1e9", b"Content-Length: 1\r\nContent-Length: 2"]
)
async def test_broken_http_is_refused_before_it_reaches_us(wecom: Edge, head: bytes) -> None:
    answer = await raw_bytes(wecom, head, b"<xml/>")
    assert answer.split()[1] == b"400"
    assert len(await wecom.rows()) == 1
