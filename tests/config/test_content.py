"""A text for customers that could go wrong is refused with its file, line and cure before anybody gets it."""

from pathlib import Path

import pytest

from config.address import flaw_of_link
from config.content import piece_of, read_piece, undefended, unknown_holes
from config.document import BadDocument

TOPICS = {"news": "产品资讯", "service": "服务通知"}
GOOD = """---
title: 工业相机报价
subject: "{公司|贵司}要的报价"
topic: 产品资讯
tags: [报价, 相机]
expires: 2026-12-31
link: https://www.example.com/price
---
{姓名|您}好:

看看[案例](https://www.example.com/case?id=1)。
"""


def test_a_sound_piece_is_read_whole() -> None:
    piece = piece_of(GOOD, "quote-2026", "content/quote-2026.md")
    assert (piece.heading.title, piece.heading.tags) == ("工业相机报价", ("报价", "相机"))
    assert piece.text.startswith("{姓名|您}好:") and [hole.name for hole in piece.holes] == ["公司", "姓名"]
    assert unknown_holes(piece, (), TOPICS) == [] and undefended(piece) == []


@pytest.mark.parametrize(
    ("before", "after", "where", "told"),
    [
        ("title: 工业相机报价\n", "", ":2:1", "is missing"),
        ("title: 工业相机报价", "titel: 工业相机报价", ":2:", "did you mean title"),
        ("expires: 2026-12-31", "expires: 明年", ":6:", "expires"),
        ("link: https://www.example.com/price", "link: http://192.168.1.9/price", ":7:", "private network"),
        ("https://www.example.com/case?id=1", "http://127.0.0.1:8080/x", ":11:", "private network"),
        ("https://www.example.com/case?id=1", "javascript:alert(1)", ":11:", "must begin with https"),
        ("https://www.example.com/case?id=1", "https://www.example.com/{公司}", ":11:", "must not change"),
        ("---\n{姓名|您}好", "---\n{姓名|您}好 http://intranet/x", ":9:", "private network"),
        ("link: https://www.example.com/price", "file: ../../etc/passwd", ":7:", "file"),
        ("link: https://www.example.com/price", "file: quote.exe", ":7:", "must be one of"),
        ("link: https://www.example.com/price", "file: quote.pdf", ":7:", "there is no file quote.pdf"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(before: str, after: str, where: str, told: str, tmp_path: Path) -> None:
    assert before in GOOD
    file = tmp_path / "quote.md"
    file.write_text(GOOD.replace(before, after, 1), "utf-8")
    with pytest.raises(BadDocument) as refused:
        read_piece(file)
    (line,) = [one for one in str(refused.value).split("\n") if told in one]
    assert f"quote.md{where}" in line


@pytest.mark.parametrize(
    ("text", "told"),
    [("{姓名}你好", "10"), ("一\n二\n{电话}", "12"), ("{预算 }", "10"), ("{}", "10")],
)
def test_a_variable_that_nobody_fills_is_found_where_it_stands(text: str, told: str) -> None:
    piece = piece_of(GOOD.replace("{姓名|您}好:", f"\n{text}"), "quote", "quote.md")
    found = [str(one) for one in unknown_holes(piece, ("预算",), TOPICS)]
    found += [f"quote.md:{hole.line}:" for hole in undefended(piece) if not found]
    assert len(found) == 1 and f"quote.md:{told}:" in found[0]


def test_a_name_that_no_command_could_say_and_a_text_without_heading_are_refused() -> None:
    for name, text in (("报价", GOOD), ("Quote", GOOD), ("quote", "只有正文"), ("quote", "---\ntitle: 空的\n---\n")):
        with pytest.raises(BadDocument, match=r":1:1|says nothing"):
            piece_of(text, name, f"{name}.md")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://0x7f.0.0.1/", "http://10.0.0.8/", "http://172.16.3.4/", "http://192.168.0.1/", "http://100.64.1.1/",
        "http://169.254.169.254/latest/meta-data", "http://100.100.100.200/", "http://0.0.0.0/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://[fe80::1]/", "http://[fd00::1]/", "http://[64:ff9b::7f00:1]/",
        "http://localhost/", "http://LOCALHOST:8080/", "http://db.internal/", "http://crm.local/", "http://intranet/",
        "http://127.0.0.1.nip.io/", "http://10.0.0.1.sslip.io/", "http://a.localtest.me/", "ftp://example.com/",
        "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)", "data:text/html,x", "//evil.example/",
        "https:///x", "https://", "http://user:pw@example.com/", "http://example.com@evil.example/",
        "http://example.com\\@evil.example/", "http://exa mple.com/", "http://example.com/\r\nSet-Cookie:x",
        "http://example.com:22/", "http://example.com:99999/", "http://127\u30020\u30020\u30021/", "http://\uff11\uff12\uff17.0.0.1/",
        "http://1.2.3.4.5.6/", "http://0x/", "",
    ],
)  # fmt: skip
def test_no_link_leads_into_a_private_network_or_elsewhere_than_it_says(url: str) -> None:
    assert flaw_of_link(url)


@pytest.mark.parametrize(
    "url",
    ["https://www.example.com/a?b=c#d", "http://example.com", "https://crm.example.com:8443/x", "https://例子.中国/价格",
     "http://8.8.8.8/", "https://x.io/%E4%BB%B7", "https://123.com.cn/1"],
)  # fmt: skip
def test_plain_links_into_the_open_are_fine(url: str) -> None:
    assert flaw_of_link(url) == ""
