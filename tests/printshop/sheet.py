"""The paper of a card, and what a printer puts on it: words, columns, a mark, a code."""

import random

from PIL import Image, ImageDraw, ImageFont

FOLDER = "/usr/share/fonts/opentype/noto/"
FACES = {
    "sans": "NotoSansCJK-Regular.ttc",
    "bold": "NotoSansCJK-Bold.ttc",
    "serif": "NotoSerifCJK-Regular.ttc",
    "black": "NotoSerifCJK-Bold.ttc",
}
SIMPLIFIED = 2  # of the faces in a file: JP, KR, SC, TC, HK


def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FOLDER + FACES[face], size, index=SIMPLIFIED)


class Sheet:
    """A card to draw on, a thousand pixels wide unless it stands upright."""

    def __init__(self, paper: object, ink: object, size: tuple[int, int] = (1000, 600)) -> None:
        self.image = Image.new("RGB", size, paper)
        self.draw = ImageDraw.Draw(self.image)
        self.ink = ink
        self.size = size

    def put(self, x: float, y: float, text: str, face: str, size: int, ink: object = None, anchor: str = "la") -> float:
        """Write; returns where the text ends."""
        self.draw.text((x, y), text, font=font(face, size), fill=ink or self.ink, anchor=anchor)
        return x + self.draw.textlength(text, font=font(face, size))

    def column(self, x: float, y: float, text: str, face: str, size: int, ink: object = None) -> None:
        """Write from top to bottom."""
        for number, sign in enumerate(text):
            self.put(x, y + number * size * 1.12, sign, face, size, ink)

    def code(self, x: int, y: int, side: int, rng: random.Random) -> None:
        """What looks like a QR code."""
        cell = side // 25
        for row in range(25):
            for column in range(25):
                corner = min(row, 24 - row) < 7 and min(column, 24 - column) < 7 and not (row > 17 and column > 17)
                ring = (row % 18) in (0, 6) or (column % 18) in (0, 6) or (2 <= row % 18 <= 4 and 2 <= column % 18 <= 4)
                if ring if corner else rng.random() < 0.5:
                    at = (x + column * cell, y + row * cell)
                    self.draw.rectangle([*at, at[0] + cell - 1, at[1] + cell - 1], fill=(20, 20, 20))

    def logo(self, x: int, y: int, ink: object) -> None:
        """A mark of three bars in a ring."""
        self.draw.ellipse([x, y, x + 90, y + 90], outline=ink, width=7)
        for number in range(3):
            self.draw.rectangle([x + 22 + number * 18, y + 60 - number * 16, x + 32 + number * 18, y + 66], fill=ink)
