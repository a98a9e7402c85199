"""Sixteen designs of business cards, drawn as a printer would: run by the Python of `./run ocr`."""

import random
from collections.abc import Callable

from PIL import Image

from tests.printshop.people import Card, person, spaced
from tests.printshop.sheet import Sheet


def classic(c: Card, rng: random.Random) -> Sheet:
    """Company on top, name large, Chinese labels."""
    s = Sheet((252, 252, 250), (35, 35, 40))
    s.logo(60, 45, (20, 90, 170))
    s.put(170, 68, c.company, "bold", 38, (20, 90, 170))
    end = s.put(70, 190, c.name, "bold", 60)
    s.put(end + 30, 218, c.title, "sans", 30)
    lines = (f"手机:{spaced(c.mobile, rng)}", f"电话:{c.tel}", f"邮箱:{c.email}", f"地址:{c.address}")
    for number, line in enumerate(lines):
        s.put(70, 320 + number * 56, line, "sans", 27)
    return s


def centred(c: Card, rng: random.Random) -> Sheet:
    """Everything in the middle, thin rules."""
    s = Sheet((248, 246, 240), (60, 50, 40))
    s.put(500, 110, c.name, "black", 64, anchor="mm")
    s.put(500, 180, c.title, "serif", 28, anchor="mm")
    s.draw.line([380, 215, 620, 215], fill=(180, 150, 100), width=2)
    s.put(500, 265, c.company, "black", 36, anchor="mm")
    s.put(500, 350, f"{spaced(c.mobile, rng)}  |  {c.tel}", "serif", 26, anchor="mm")
    s.put(500, 400, c.email, "serif", 26, anchor="mm")
    s.put(500, 450, c.address, "serif", 25, anchor="mm")
    return s


def bilingual(c: Card, rng: random.Random) -> Sheet:
    """Chinese and English of everything."""
    s = Sheet((255, 255, 255), (30, 30, 30))
    s.draw.rectangle([0, 0, 1000, 120], fill=(0, 82, 110))
    s.put(60, 22, c.company, "bold", 36, (255, 255, 255))
    s.put(60, 74, c.english_company, "sans", 24, (225, 240, 245))
    end = s.put(60, 160, c.name, "bold", 54)
    s.put(end + 25, 186, c.english, "sans", 30)
    s.put(60, 240, c.title, "sans", 28)
    s.put(60, 280, c.english_title, "sans", 22, (90, 90, 90))
    lines = (f"手机/Mobile: {spaced(c.mobile, rng)}", f"电话/Tel: {c.tel}", f"邮箱/E-mail: {c.email}",
             f"网址/Web: {c.web}", f"地址/Add: {c.address}")  # fmt: skip
    for number, line in enumerate(lines):
        s.put(60, 345 + number * 46, line, "sans", 24)
    return s


def dark(c: Card, rng: random.Random) -> Sheet:
    """Gold on black."""
    s = Sheet((22, 24, 30), (214, 184, 120))
    s.put(80, 80, c.name, "black", 66)
    s.put(80, 175, c.title, "serif", 30)
    s.draw.line([80, 230, 920, 230], fill=(120, 100, 60), width=2)
    s.put(80, 262, c.company, "bold", 36)
    for number, line in enumerate((f"M  {spaced(c.mobile, rng)}", f"T  {c.tel}", f"E  {c.email}", f"A  {c.address}")):
        s.put(80, 345 + number * 54, line, "sans", 26)
    return s


def upright(c: Card, rng: random.Random) -> Sheet:
    """A card that stands."""
    s = Sheet((250, 250, 252), (40, 44, 52), (600, 1000))
    s.logo(255, 70, (200, 60, 40))
    s.put(300, 205, c.company, "bold", 32 if len(c.company) < 16 else 27, (200, 60, 40), "mm")
    s.put(300, 360, c.name, "bold", 70, anchor="mm")
    s.put(300, 440, c.title, "sans", 30, anchor="mm")
    s.put(300, 640, spaced(c.mobile, rng), "sans", 32, anchor="mm")
    s.put(300, 700, c.email, "sans", 28, anchor="mm")
    half = len(c.address) // 2
    s.put(300, 780, c.address[:half], "sans", 25, anchor="mm")
    s.put(300, 815, c.address[half:], "sans", 25, anchor="mm")
    return s


def with_code(c: Card, rng: random.Random) -> Sheet:
    """A QR code beside, words below it."""
    s = Sheet((255, 255, 255), (20, 20, 20))
    s.code(740, 250, 200, rng)
    s.put(840, 475, "扫一扫 加我微信", "sans", 20, (90, 90, 90), "mm")
    end = s.put(60, 70, c.name, "bold", 58)
    s.put(end + 28, 98, c.title, "sans", 28)
    s.put(60, 165, c.company, "bold", 34, (0, 110, 80))
    lines = (
        f"手机 {spaced(c.mobile, rng)}",
        f"座机 {c.tel}",
        f"微信 {c.wechat}",
        f"邮箱 {c.email}",
        f"地址 {c.address}",
    )
    for number, line in enumerate(lines):
        s.put(60, 265 + number * 56, line, "sans", 25)
    return s


def icons(c: Card, rng: random.Random) -> Sheet:
    """Little signs instead of labels, at the right side."""
    s = Sheet((245, 247, 250), (45, 55, 72))
    s.draw.polygon([(0, 0), (330, 0), (230, 600), (0, 600)], fill=(43, 108, 176))
    s.logo(90, 220, (255, 255, 255))
    s.put(380, 70, c.name, "bold", 60)
    s.put(382, 158, c.title, "sans", 28, (43, 108, 176))
    s.put(380, 225, c.company, "bold", 31)
    for number, line in enumerate((spaced(c.mobile, rng), c.email, c.web, c.address)):
        y = 310 + number * 62
        s.draw.ellipse([380, y, 416, y + 36], fill=(43, 108, 176))
        s.draw.rectangle([392, y + 10, 404, y + 26], outline=(255, 255, 255), width=3)
        s.put(435, y, line, "sans", 25 if len(line) < 24 else 22)
    return s


def letters(c: Card, rng: random.Random) -> Sheet:
    """Labels of one letter, right-aligned values in two columns."""
    s = Sheet((255, 253, 248), (30, 30, 30))
    s.put(60, 60, c.company, "black", 38)
    s.put(60, 250, c.name, "black", 58)
    s.put(60, 335, c.title, "serif", 28)
    for number, line in enumerate((f"M: {spaced(c.mobile, rng)}", f"T: {c.tel}", f"F: {c.tel[:-1]}9", f"E: {c.email}")):
        s.put(520, 250 + number * 48, line, "sans", 26)
    s.put(60, 500, f"A: {c.address}", "sans", 25)
    return s


def columns(c: Card, rng: random.Random) -> Sheet:
    """Written from top to bottom, numbers across."""
    s = Sheet((250, 244, 230), (60, 30, 20), (620, 1000))
    s.column(470, 90, c.company, "black", 38)
    s.column(310, 150, c.name, "black", 72)
    s.column(220, 180, c.title, "serif", 32)
    s.put(60, 820, spaced(c.mobile, rng), "sans", 32)
    s.put(60, 880, c.email, "sans", 30)
    return s


def spread(c: Card, rng: random.Random) -> Sheet:
    """Title before the name, labels spread by blanks and apart from their values."""
    s = Sheet((255, 255, 255), (25, 25, 25))
    s.put(500, 70, c.company, "bold", 38, (170, 20, 30), "mm")
    s.draw.line([50, 120, 950, 120], fill=(170, 20, 30), width=4)
    end = s.put(120, 195, c.title, "sans", 30)
    s.put(end + 40, 170, "  ".join(c.name), "bold", 56)
    rows = (("手  机", spaced(c.mobile, rng)), ("电  话", c.tel), ("传  真", c.tel[:-1] + "8"), ("邮  箱", c.email),
            ("地  址", c.address))  # fmt: skip
    for number, (label, value) in enumerate(rows):
        s.put(100, 300 + number * 54, label + ":", "sans", 26)
        s.put(240, 300 + number * 54, value, "sans", 26)
    return s


def broken(c: Card, rng: random.Random) -> Sheet:
    """The company's name on two lines."""
    s = Sheet((238, 242, 238), (20, 60, 40))
    cut = c.company.index("有限公司") if "股份有限公司" not in c.company else c.company.index("股份有限公司")
    s.put(60, 60, c.company[:cut], "bold", 44)
    s.put(60, 118, c.company[cut:], "bold", 44)
    end = s.put(60, 260, c.name, "bold", 58)
    s.put(end + 30, 288, c.title, "sans", 28)
    for number, line in enumerate((f"Mobile: {spaced(c.mobile, rng)}", f"Email: {c.email}", f"Add: {c.address}")):
        s.put(60, 380 + number * 56, line, "sans", 27)
    return s


def one_row(c: Card, rng: random.Random) -> Sheet:
    """Contacts in one row at the foot."""
    s = Sheet((255, 255, 255), (50, 50, 50))
    s.draw.rectangle([0, 480, 1000, 600], fill=(240, 90, 40))
    s.put(70, 120, "  ".join(c.name), "bold", 70)
    s.put(75, 225, c.title, "sans", 32)
    s.put(70, 330, c.company, "sans", 38)
    s.put(60, 500, f"手机:{spaced(c.mobile, rng)}   邮箱:{c.email}", "sans", 25, (255, 255, 255))
    s.put(60, 545, f"地址:{c.address}", "sans", 24, (255, 255, 255))
    return s


def grained(c: Card, rng: random.Random) -> Sheet:
    """A pattern behind the words, grey ink."""
    s = Sheet((232, 228, 220), (70, 66, 60))
    for number in range(90):
        at = number * 14 - 200
        s.draw.line([at, 0, at + 300, 600], fill=(224, 219, 210), width=3)
    s.put(930, 80, c.company, "serif", 36, anchor="ra")
    s.put(930, 210, c.name, "black", 62, anchor="ra")
    s.put(930, 300, c.title, "serif", 28, anchor="ra")
    for number, line in enumerate((spaced(c.mobile, rng), c.tel, c.email, c.address)):
        s.put(930, 370 + number * 50, line, "serif", 26, anchor="ra")
    return s


def many(c: Card, rng: random.Random) -> Sheet:
    """A second title, fax, post code, slogan, web."""
    s = Sheet((255, 255, 255), (15, 25, 60))
    s.put(60, 40, c.company, "bold", 36)
    s.put(60, 95, "专注工业智造二十年", "sans", 22, (120, 120, 140))
    s.put(60, 160, c.name, "bold", 54)
    s.put(60, 238, c.title, "sans", 27)
    lines = (f"手机:{spaced(c.mobile, rng)}    QQ:39{c.mobile[-6:]}", f"电话:{c.tel}    传真:{c.tel[:-2]}66",
             f"邮箱:{c.email}", f"网址:{c.web}", f"地址:{c.address}", "邮编:310051")  # fmt: skip
    for number, line in enumerate(lines):
        s.put(60, 300 + number * 46, line, "sans", 24)
    return s


def plain(c: Card, rng: random.Random) -> Sheet:
    """Small and modest, without labels."""
    s = Sheet((252, 252, 252), (20, 20, 20))
    s.put(80, 330, c.name, "sans", 40)
    end = s.put(80, 392, c.title, "sans", 24, (120, 120, 120))
    s.put(end + 20, 392, c.english_title, "sans", 22, (140, 140, 140))
    s.put(80, 440, c.company, "sans", 25)
    s.put(80, 485, spaced(c.mobile, rng), "sans", 25)
    s.put(420, 485, c.email, "sans", 25)
    s.put(80, 530, c.address, "sans", 23)
    s.draw.rectangle([80, 70, 180, 170], fill=(230, 60, 70))
    return s


def two_sides(c: Card, rng: random.Random) -> Sheet:
    """The person left, the company right, on a coloured half."""
    s = Sheet((255, 255, 255), (30, 30, 30))
    s.draw.rectangle([500, 0, 1000, 600], fill=(24, 61, 61))
    s.put(60, 130, c.name, "bold", 60)
    s.put(60, 215, c.title, "sans", 28)
    s.put(60, 330, f"手机 {spaced(c.mobile, rng)}", "sans", 25)
    s.put(60, 380, c.email, "sans", 25)
    s.put(60, 430, f"微信:{c.wechat}", "sans", 25)
    s.put(750, 200, c.company, "bold", 31 if len(c.company) < 15 else 25, (255, 255, 255), "mm")
    half = len(c.address) // 2
    s.put(750, 420, c.address[:half], "sans", 22, (220, 235, 235), "mm")
    s.put(750, 452, c.address[half:], "sans", 22, (220, 235, 235), "mm")
    s.put(750, 500, c.tel, "sans", 22, (220, 235, 235), "mm")
    return s


DESIGNS: dict[str, Callable[[Card, random.Random], Sheet]] = {
    design.__name__: design
    for design in (
        classic, centred, bilingual, dark, upright, with_code, icons, letters, columns, spread, broken, one_row,
        grained, many, plain, two_sides,
    )
}  # fmt: skip


def print_card(design: str, seed: int) -> tuple[Card, Image.Image]:
    """A made-up person's card in one of the designs."""
    card = person(seed)
    return card, DESIGNS[design](card, random.Random(seed)).image
