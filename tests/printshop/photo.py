"""What a telephone's camera makes of a card: turned, slanted, in poor light, out of focus, squeezed by the chat."""

import io
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WAYS = ("scan", "desk", "slanted", "glare", "shadow", "turned", "sideways", "headlong", "small", "soft", "noisy")
DESK = ((128, 112, 96), (70, 72, 78), (205, 200, 190), (96, 70, 52))


def photograph(card: Image.Image, way: str, seed: int) -> bytes:
    """The photo as JPEG bytes; the same seed is the same photo."""
    rng, dice = random.Random(seed), np.random.default_rng(seed)
    if way == "scan":
        return _jpeg(card, 88)
    if way == "sideways":
        return _jpeg(_on_desk(card, rng, tilt=3).rotate(rng.choice((90, 270)), expand=True), 80)
    if way == "headlong":
        return _jpeg(_on_desk(card, rng, tilt=3).rotate(180), 80)
    if way == "turned":
        return _jpeg(_on_desk(card, rng, tilt=14), 80)
    if way == "small":
        image = _on_desk(card, rng, tilt=4)
        return _jpeg(image.resize((image.width * 3 // 5, image.height * 3 // 5), Image.Resampling.BILINEAR), 75)
    image = _on_desk(_slant(card, rng, 0.07 if way == "slanted" else 0.03), rng, tilt=6)
    if way == "glare":
        image = _glare(image, rng)
    if way == "shadow":
        image = _shade(image, rng)
    if way == "soft":
        image = image.filter(ImageFilter.GaussianBlur(2.0))
    if way == "noisy":
        grain = np.asarray(image).astype(float) + dice.normal(0, 22, (image.height, image.width, 3))
        image = Image.fromarray(grain.clip(0, 255).astype("uint8"))
    return _jpeg(image, 65)


def _jpeg(image: Image.Image, quality: int) -> bytes:
    content = io.BytesIO()
    image.convert("RGB").save(content, "JPEG", quality=quality)
    return content.getvalue()


def _on_desk(card: Image.Image, rng: random.Random, *, tilt: float) -> Image.Image:
    turned = card.convert("RGBA").rotate(rng.uniform(-tilt, tilt), expand=True, resample=Image.Resampling.BICUBIC)
    wide = rng.uniform(1.15, 1.7)
    desk = Image.new("RGB", (round(turned.width * wide), round(turned.height * wide)), rng.choice(DESK))
    at = (round((desk.width - turned.width) * rng.random()), round((desk.height - turned.height) * rng.random()))
    desk.paste(turned, at, turned)
    return desk


def _slant(card: Image.Image, rng: random.Random, most: float) -> Image.Image:
    """The card seen from one side."""
    width, height = card.size
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    seen = [
        (
            x * 0.86 + width * 0.07 + rng.uniform(-most, most) * width,
            y * 0.86 + height * 0.07 + rng.uniform(-most, most) * height,
        )
        for x, y in corners
    ]
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    matrix = np.linalg.solve(np.array(rows, float), np.array(values, float))
    return card.convert("RGBA").transform(
        card.size, Image.Transform.PERSPECTIVE, tuple(matrix), Image.Resampling.BICUBIC
    )


def _glare(image: Image.Image, rng: random.Random) -> Image.Image:
    """A lamp mirrored in the card."""
    light = Image.new("L", image.size, 0)
    x, y = rng.uniform(0.2, 0.8) * image.width, rng.uniform(0.2, 0.8) * image.height
    wide = 0.22 * image.width
    ImageDraw.Draw(light).ellipse([x - wide, y - wide * 0.6, x + wide, y + wide * 0.6], fill=150)
    light = light.filter(ImageFilter.GaussianBlur(image.width / 18))
    return Image.composite(Image.new("RGB", image.size, "white"), image, light)


def _shade(image: Image.Image, rng: random.Random) -> Image.Image:
    """The photographer's own shadow over one side."""
    across = np.linspace(rng.uniform(0.4, 0.6), 1.05, image.width)[None, :, None]
    down = np.linspace(1.0, 0.8, image.height)[:, None, None]
    return Image.fromarray((np.asarray(image).astype(float) * across * down).clip(0, 255).astype("uint8"))
