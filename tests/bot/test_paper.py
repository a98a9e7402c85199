"""A quote on paper: looked at as a picture of a phone's width, with long names and many lines, and nothing cut off."""

import pypdfium2
import pytest

from bot.paper.worker import set_quote

PHONE = 390  # pixels of a phone's width
SQUARE = "数量额编号客户镜头款"  # letters that fill their square
LONG = "25mm 低畸变定焦镜头(C 口,适配 1 英寸靶面,含防尘盖与转接环)🎥"


def told(count):
    """A quote of so many lines."""
    line = {
        "name": LONG,
        "count": "30 个",
        "net": "¥1,280.50",
        "amount": "¥12,345,678.90",
        "note": "原价 ¥8,800,夏季促销",
    }
    return {
        "title": "报价单 Q12", "made_at": "2026-03-18T10:20:00+08:00", "seller": "杭州明眸光学有限公司",
        "about": [("编号", "Q12 第 2 版"), ("客户", "杭州云栖智能科技有限公司与它名字很长很长的一家分公司  王建国")],
        "lines": [line] * count, "sums": [("原价", "¥30"), ("优惠", "-¥3"), ("合计(含税)", "¥12,345,678.90")],
        "notes": ["款到发货,含税含运费。", "金额单位:人民币元。"],
    }  # fmt: skip


@pytest.fixture(scope="module")
def pages():
    """Two lines on one page, and twenty on several."""
    return {count: looked_at(set_quote(told(count))) for count in (2, 20)}


def looked_at(pdf):
    """Of each page: its words, the smallest letter in pixels of a phone, and how dark its edges are."""
    document = pypdfium2.PdfDocument(pdf)
    found = []
    for number in range(len(document)):
        page = document[number]
        scale = PHONE / page.get_width()
        picture = page.render(scale=scale).to_pil().convert("L")
        text = page.get_textpage()
        square = [at for at in range(text.count_chars()) if text.get_text_range(at, 1) in SQUARE]
        heights = [top - bottom for _, bottom, _, top in (text.get_charbox(at) for at in square)]
        edge = [picture.crop(box).getextrema()[0] for box in ((0, 0, 12, picture.height),
                (PHONE - 12, 0, PHONE, picture.height), (0, picture.height - 12, PHONE, picture.height))]  # fmt: skip
        found.append((text.get_text_range(), min(heights) * scale, min(edge), picture.getextrema()[0]))
        text.close()
        page.close()
    document.close()
    return found


def test_one_page_is_read_on_a_phone_and_nothing_touches_its_edges(pages):
    ((words, smallest, edge, darkest),) = pages[2]
    assert "报价单" in words and "¥12,345,678.90" in words and "转接环" in words.replace("\r\n", "")
    assert "王建国" in words and "金额单位" in words and words.count("30 个") == 2
    assert smallest > 7, "pixels of the smallest Chinese letter"
    assert edge > 240 and darkest < 80, "white edges, dark letters"


def test_many_lines_take_more_pages_and_no_line_is_cut_in_two(pages):
    assert len(pages[20]) > 2
    for words, _, edge, _ in pages[20]:
        assert words.count("¥1,280.50") == words.count("原价 ¥8,800,夏季促销") and edge > 240
    assert "合计(含税)" in pages[20][-1][0]
