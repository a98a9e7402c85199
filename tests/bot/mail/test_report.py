"""What comes back is told apart: gone for ever, full for now, a complaint, a machine, a person, a person who has had
enough; and what a stranger makes up has no effect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mail.report import Reported, read_report

MAIL = "m1024-6ab9f1eb8f7d3388f4f9d586"
DOMAIN = "example.com"


def delivery(*, action="failed", status="5.1.1", diagnostic="smtp; 550 5.1.1 <w@far.example>: user unknown", mail=MAIL):
    return f"""From: MAILER-DAEMON@mx.example.net
To: news@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Wed, 18 Mar 2026 10:20:00 +0800

Final-Recipient: rfc822; w@far.example
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--b1
Content-Type: text/rfc822-headers

From: news@example.com
To: w@far.example
Message-ID: <{mail}@example.com>
Subject: hello

--b1--
""".replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("told", "dead"),
    [
        ({}, True),
        ({"status": "5.2.2", "diagnostic": "smtp; 552 5.2.2 mailbox full"}, False),
        ({"status": "5.7.1", "diagnostic": "smtp; 550 5.7.1 spam"}, False),
        ({"status": "5.0.0", "diagnostic": "smtp; 550 5.1.1 no such user"}, True),
        ({"status": "5.0.0", "diagnostic": "X-Notes; 用户不存在"}, True),
        ({"status": "4.4.7", "diagnostic": "smtp; 450 4.4.7 expired after 5 days"}, False),
    ],
)
def test_a_mail_that_could_not_be_delivered(told, dead):
    found = read_report(delivery(**told), domain=DOMAIN)
    assert found is not None and (found.kind, found.mail, found.dead) == ("returned", MAIL, dead)
    assert "w@far" not in found.words, "the cause is shown beside the message and stands in logs"


def test_one_that_is_only_late_is_not_lost():
    assert read_report(delivery(action="delayed", status="4.4.1"), domain=DOMAIN) is None
    assert read_report(delivery(action="delivered", status="2.0.0"), domain=DOMAIN) is None


@pytest.mark.parametrize("domain", ["example.org", "evil.example"])
def test_a_report_about_a_mail_of_somebody_else(domain):
    assert read_report(delivery(), domain=domain) is None


def test_a_report_that_quotes_the_whole_mail():
    raw = delivery().replace(b"text/rfc822-headers", b"message/rfc822")
    assert read_report(raw, domain=DOMAIN) == Reported("returned", MAIL, dead=True, words="550 5.1.1")


QQ = f"""From: "PostMaster@qq.com" <PostMaster@qq.com>
To: news@example.com
Subject: =?gb18030?B?z7XNs83L0MU=?=
MIME-Version: 1.0
Content-Type: text/html; charset="gb18030"
In-Reply-To: <{MAIL}@example.com>

<div>您发送的邮件被退回:收件人邮件地址(12345@qq.com)不存在,邮件无法送达。</div>
<div>host said: 550 Mailbox not found</div>
""".replace("\n", "\r\n").encode("gb18030")


def test_a_mail_house_that_writes_a_letter_in_its_own_words():
    found = read_report(QQ, domain=DOMAIN)
    assert found is not None and found.kind == "returned" and found.dead is False, "no number says who is gone"
    gone = read_report(QQ.replace("无法送达".encode("gb18030"), "收件人不存在".encode("gb18030")), domain=DOMAIN)
    assert gone is not None and gone.dead and gone.words == "550"


COMPLAINT = f"""From: feedback@mail.example.net
To: news@example.com
Subject: complaint
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=x

--x
Content-Type: text/plain

This is an abuse report.

--x
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Some/1.0
Version: 1

--x
Content-Type: message/rfc822

From: news@example.com
To: w@far.example
Message-ID: <{MAIL}@example.com>

hello
--x--
""".replace("\n", "\r\n").encode()


def test_a_complaint():
    assert read_report(COMPLAINT, domain=DOMAIN) == Reported("complained", MAIL)
    assert read_report(COMPLAINT.replace(b"abuse\r", b"not-spam\r"), domain=DOMAIN) is None


def reply(words: str, *, subject="Re: 选型手册", extra="", mail=MAIL, domain=DOMAIN) -> bytes:
    return f"""From: =?utf-8?b?546L5bu65Zu9?= <w@far.example>
To: news@example.com
Subject: {subject}
In-Reply-To: <{mail}@{domain}>
{extra}Content-Type: text/plain; charset=utf-8

{words}
""".replace("\n", "\r\n").encode()


QUOTE = "\n\n在 2026年3月18日,市场部 <news@example.com> 于 10:20 写道:\n> 退订:https://crm.example.com/u/abc\n> T"


@pytest.mark.parametrize(
    ("words", "own"),
    [
        ("退订", "退订"),
        ("Unsubscribe" + QUOTE, "Unsubscribe"),
        ("好的,周三下午可以过来看看吗?" + QUOTE, "好的,周三下午可以过来看看吗?"),
        ("可以\n\n发件人: 市场部\n时间: 周三", "可以"),
        ("好的\n\n-----Original Message-----\n退订", "好的"),
    ],
)
def test_a_person_answers(words, own):
    assert read_report(reply(words), domain=DOMAIN) == Reported("replied", MAIL, words=own), "not what we wrote"


@pytest.mark.parametrize(
    "machine",
    [
        reply("我在休假,周一回来。T", extra="Auto-Submitted: auto-replied\n"),
        reply("退订", extra="Auto-Submitted: auto-generated; owner=x\n"),
        reply("退订", extra="Precedence: auto_reply\n"),
        reply("退订", extra="X-Autoreply: yes\n"),
        reply("退订", subject="自动回复: 选型手册"),
        reply("退订", subject="=?utf-8?b?6Ieq5Yqo5Zue5aSNOg==?="),
        reply("stop", subject="Out of Office: hello"),
    ],
)
def test_a_holiday_note_is_no_answer_and_stops_nothing(machine):
    assert read_report(machine, domain=DOMAIN) is None


def test_a_stranger_who_was_never_written_to():
    assert read_report(reply("退订", mail="m1024-" + "x" * 24), domain=DOMAIN) is None
    assert read_report(reply("退订", domain="evil.example"), domain=DOMAIN) is None


@given(st.binary(max_size=600), st.integers(0, 2000), st.integers(0, 40))
def test_rubbish_is_no_report_and_no_error(junk, at, cut):
    whole = delivery()
    assert read_report(junk, domain=DOMAIN) is None
    text = whole[:at] + junk + whole[at + cut :]
    found = read_report(text, domain=DOMAIN)
    assert found is None or found.mail.encode() in text, "it tells of no mail that is not named there"
