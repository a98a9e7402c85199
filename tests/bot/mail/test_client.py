"""A mail reaches a real server once; whatever the server says or does is told apart: later, never, nobody knows."""

import ssl
from collections import deque
from datetime import UTC, datetime, timedelta

import pytest

from bot.letter import Letter
from bot.mail.client import MailClient, MailServer, is_dead
from bot.mail.render import mail_body
from bot.platform import AddressDead, RoadClosed, SendLater, SendRefused, SendUnknown
from sandbox.mail import MailServer as StandIn
from store.tables import Lead

NOW = datetime(2026, 3, 18, 2, 20, tzinfo=UTC)
STOP = "https://crm.example.com/u/Zx8"


def body(to: str = "wang@example.com", *, key: str = "k1", text: str = "王总,您好。") -> bytes:
    lead = Lead(corp="acme", email=to, created_at=NOW)
    letter = Letter(f"m7-{key}", key, lead, "news", "guide", "选型手册", text, stop=STOP, seen="")
    return mail_body(letter, sender="市场部 <news@example.com>", now=NOW)


@pytest.fixture
async def house():
    found = StandIn()
    await found.start()
    yield found
    await found.stop()


@pytest.fixture
async def client(house):
    found = MailClient(MailServer("127.0.0.1", house.port), monotonic=lambda: 0.0)
    yield found
    await found.close()


async def test_a_mail_arrives_as_it_was_meant(house, client):
    await client.send(body(text="# 选型手册\n\n王总,三种相机怎么选,看[这一页](https://crm.example.com/t/abc)。"))
    assert house.refused == []
    (mail,) = house.mails
    assert (mail.sender, mail.to) == ("news@example.com", "wang@example.com")
    assert mail.message["From"].addresses[0].display_name == "市场部"
    assert mail.message["Subject"] == "选型手册"
    assert mail.message["List-Unsubscribe"] == f"<{STOP}>"
    assert "三种相机怎么选,看这一页 https://crm.example.com/t/abc" in mail.part("text/plain")
    assert f"退订:{STOP}" in mail.part("text/plain")
    assert '<a href="https://crm.example.com/t/abc"' in mail.part("text/html")


async def test_a_line_stays_open_for_the_next_mail(house, client):
    for number in range(5):
        await client.send(body(key=f"k{number}"))
    assert (len(house.mails), house.lines) == (5, 1)
    assert len({mail.id for mail in house.mails}) == 5


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        ("451 4.7.1 greylisted, wang@example.com come back", SendLater, "451 4.7.1"),
        ("450 mailbox busy", SendLater, "450"),
        ("421 too many connections", RoadClosed, "421"),
        ("550 5.1.1 no such user wang@example.com", AddressDead, "550 5.1.1"),
        ("550 user unknown", AddressDead, "550"),
        ("550 5.2.1 disabled", AddressDead, "550 5.2.1"),
        ("552 5.2.2 mailbox full", SendRefused, "552 5.2.2"),
        ("550 5.7.1 looks like spam", SendRefused, "550 5.7.1"),
        ("554 5.7.1 policy", SendRefused, "554 5.7.1"),
    ],
)
async def test_what_a_server_says_of_a_recipient(house, client, answer, error, told):
    house.answers["wang@example.com"] = deque([answer])
    with pytest.raises(error) as raised:
        await client.send(body())
    assert type(raised.value) is error
    assert told in str(raised.value) and "wang" not in str(raised.value), "the cause stands in a log"
    await client.send(body())
    assert len(house.mails) == 1, "the line is as good as before"


def test_a_grey_list_is_waited_for():
    from bot.mail.client import _of_recipient

    assert _of_recipient(451, "4.7.1 greylisted").delay >= timedelta(minutes=5)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "words", "dead"),
    [
        (550, "5.1.1 x", True), (550, "5.1.10 null MX", True), (553, "no such", True), (551, "moved", True),
        (550, "5.7.23 SPF", False), (550, "5.2.2 full", False), (554, "no", False), (552, "5.2.1 disabled", True),
    ],
)  # fmt: skip
def test_which_addresses_are_given_up(code, words, dead):
    assert is_dead(code, words) is dead


async def test_a_line_that_breaks_before_the_message_loses_nothing(house, client):
    house.cuts.append("rcpt")
    with pytest.raises(SendLater):
        await client.send(body())
    await client.send(body())
    assert len(house.mails) == 1


@pytest.mark.parametrize(("where", "arrived"), [("data", 0), ("after", 1)])
async def test_a_line_that_breaks_with_the_message_leaves_it_unknown(house, client, where, arrived):
    house.cuts.append(where)
    with pytest.raises(SendUnknown):
        await client.send(body())
    assert len(house.mails) == arrived, "nobody here can tell these two apart"


async def test_nobody_listens(house, client):
    await house.stop()
    with pytest.raises(SendLater, match="连不上"):
        await client.send(body())


async def test_a_wrong_password_waits_for_the_administrator():
    house = StandIn(users={"news": "right"})
    await house.start()
    wrong = MailClient(MailServer("127.0.0.1", house.port, "news", "wrong"), monotonic=lambda: 0.0)
    with pytest.raises(SendRefused, match=r"mail\.url") as raised:
        await wrong.send(body())
    assert raised.value.alarm and "wrong" not in str(raised.value)
    right = MailClient(MailServer("127.0.0.1", house.port, "news", "right"), monotonic=lambda: 0.0)
    await right.send(body())
    assert len(house.mails) == 1
    for one in (wrong, right):
        await one.close()
    await house.stop()


def certificate(path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for a name, and one that trusts it."""
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (path / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (path / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(path / "cert.pem", path / "key.pem")
    trusting = ssl.create_default_context(cafile=str(path / "cert.pem"))
    return serving, trusting


async def test_the_password_goes_over_a_line_that_nobody_reads(tmp_path):
    serving, trusting = certificate(tmp_path, "127.0.0.1")
    house = StandIn(users={"news": "right"}, tls=serving)
    await house.start()
    server = MailServer("127.0.0.1", house.port, "news", "right")
    good = MailClient(server, monotonic=lambda: 0.0, trust=trusting)
    await good.send(body())
    assert len(house.mails) == 1
    strange = MailClient(server, monotonic=lambda: 0.0)
    with pytest.raises(SendRefused, match="证书"):
        await strange.send(body())
    for one in (good, strange):
        await one.close()
    await house.stop()


def test_the_address_of_a_server():
    found = MailServer.of_url("smtp://news%40example.com:p%40ss@smtp.example.com")
    assert (found.host, found.port, found.user, found.password) == ("smtp.example.com", 587, "news@example.com", "p@ss")
    assert MailServer.of_url("smtps://smtp.example.com").port == 465
    assert "p@ss" not in repr(found)
