"""Reads the words on a picture: a program of its own, so that the server stays small and outlives any picture.

It is run as a file, and therefore is one, by the Python that has rapidocr; it imports nothing of Leadbot. On stdin and
stdout each frame is four bytes of length and its content: a picture comes in, JSON goes out, until stdin ends.
"""

import contextlib
import io
import json
import math
import os
import resource
import signal
import struct
import sys
from typing import Any, BinaryIO

LARGEST = 10 * 1024 * 1024  # bytes of a picture
MOST_PIXELS = {"JPEG": 64_000_000, "MPO": 64_000_000}  # a JPEG is made smaller while it is unpacked
MOST_PIXELS_UNPACKED = 25_000_000  # of any other picture
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
SHARP = 1920  # pixels of the longer side from which letters are cut out
FOUND = 960  # and on which lines are looked for
SMALL = 0.45  # a card that takes up less than this share of either side is looked at again from nearer
CPU = 10  # seconds of work that a picture may cost before the system ends this process
MEMORY = 1536 * 1024**2  # bytes of address space; a card takes 700 of these MiB, and 500 of memory
TALL = 1.5  # height over width of a line that lies on its side: how rapidocr turns them
FAINT = 0.4  # a line that reads worse than this is none
SURE = 0.8  # a sideways line that reads worse than this is tried as letters below each other

Line = dict[str, Any]
Quad = list[tuple[float, float]]


class Unreadable(Exception):
    """No picture, or one that nobody should unpack; the text is one of the words that the server knows."""


def main() -> None:
    """Serve until stdin ends; `--try` reads one blank picture and says how it went by the exit code."""
    sys.path = [place for place in sys.path if place]
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes to stderr
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        os.nice(10)
    eye = Eye()
    if "--try" in sys.argv:
        eye.read(_blank())
        return
    while (content := _take(sys.stdin.buffer)) is not None:
        _allow(CPU)
        _give(out, _answer(eye, content))


def _answer(eye: "Eye", content: bytes) -> dict[str, Any]:
    try:
        found = eye.read(content)
    except Unreadable as error:
        return {"error": str(error), "peak": _peak()}
    except MemoryError:
        return {"error": "too_many_pixels", "peak": _peak()}
    except Exception as error:
        return {"error": "broken", "kind": type(error).__name__, "peak": _peak()}
    return {**found, "peak": _peak()}


def _take(source: BinaryIO) -> bytes | None:
    head = source.read(4)
    if len(head) < 4:
        return None
    size = struct.unpack(">I", head)[0]
    content = source.read(size)
    return content if len(content) == size else None


def _give(out: BinaryIO, answer: dict[str, Any]) -> None:
    content = json.dumps(answer, ensure_ascii=False).encode()
    out.write(struct.pack(">I", len(content)) + content)
    out.flush()


def _allow(seconds: int) -> None:
    """The system ends this process when it works longer than that from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _peak() -> int:
    """Mebibytes that this process had at most."""
    try:  # what getrusage tells begins with what the program had that started this one
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1024**2)


def _blank() -> bytes:
    from PIL import Image

    content = io.BytesIO()
    Image.new("RGB", (640, 400), "white").save(content, "PNG")
    return content.getvalue()


class Eye:
    """rapidocr with its models in memory: finds lines on a small picture and reads them from a large one."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
        frugal = {"Det.limit_type": "max", "Det.limit_side_len": FOUND, "Rec.rec_batch_num": 2, "Cls.cls_batch_num": 2}
        self._engine = RapidOCR(params={"Global.log_level": "critical", **frugal, **threads})

    def read(self, content: bytes) -> dict[str, Any]:
        """`lines` with `text`, `score` (0..1) and `box` (four corners in the direction of reading, picture upright).

        Also `width` and `height` of the upright picture that the corners are counted on. Raises Unreadable.
        """
        picture = _unpack(content)
        boxes = self._find(picture)
        near = _nearer(boxes, picture.shape[1], picture.shape[0])
        if near is not None:
            left, top, right, bottom = near
            picture = picture[top:bottom, left:right]
            boxes = self._find(picture)
        height, width = picture.shape[:2]
        if not boxes:
            return {"lines": [], "width": width, "height": height}
        lines = self._read_lines([_cut(picture, box) for box in boxes], boxes)
        self._read_columns(picture, lines)
        kept = [line for line in lines if line["text"] and line["score"] >= FAINT]
        return _upright(kept, width, height)

    def _read_lines(self, crops: list[Any], boxes: list[Quad]) -> list[Line]:
        """All lines of one direction are read the same way up: as most of them seem to stand, or as reads better."""
        turned = self._engine._load_cls_model()(crops)
        seem = ["180" in label and score > 0.9 for label, score in turned.cls_res]
        lines: list[Line] = [{"box": box, "tall": _is_tall(box)} for box in boxes]
        for tall in (False, True):
            group = [at for at, line in enumerate(lines) if line["tall"] is tall]
            if not group:
                continue
            area = [math.prod(_sides(boxes[at])) * (1 if seem[at] else -1) for at in group]
            flip = sum(area) > 0
            read = self._recognise([crops[at] for at in group], flip=flip)
            if len({seem[at] for at in group}) > 1 or _worth(read) < SURE:
                other = self._recognise([crops[at] for at in group], flip=not flip)
                if _worth(other) > _worth(read):
                    read, flip = other, not flip
            for at, (text, score) in zip(group, read, strict=True):
                lines[at].update(text=text, score=score, flip=flip)
        return lines

    def _recognise(self, crops: list[Any], *, flip: bool = False) -> list[tuple[str, float]]:
        import cv2
        from rapidocr.ch_ppocr_rec.typings import TextRecInput

        straight = [cv2.rotate(crop, cv2.ROTATE_180) for crop in crops] if flip else crops
        found = self._engine._load_rec_model()(TextRecInput(img=straight))
        return [(text.strip(), float(score)) for text, score in zip(found.txts, found.scores, strict=True)]

    def _find(self, picture: Any) -> list[Quad]:
        import cv2

        height, width = picture.shape[:2]
        scale = min(1.0, FOUND / max(height, width))
        small = picture
        if scale < 1.0:
            small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
        found = self._engine._load_det_model()(small).boxes
        return (
            []
            if found is None
            else [_from_left([(float(x) / scale, float(y) / scale) for x, y in box]) for box in found]
        )

    def _read_columns(self, picture: Any, lines: list[Line]) -> None:
        """Letters that stand below each other are set side by side and read again; what reads better is kept."""
        doubtful = [line for line in lines if line["tall"] and line["score"] < SURE]
        rows = [
            (line, row)
            for line in doubtful
            if (row := _side_by_side(_cut(picture, line["box"], turn=False))) is not None
        ]
        if not rows:
            return
        for (line, _), (text, score) in zip(rows, self._recognise([row for _, row in rows]), strict=True):
            if score > line["score"] and text:
                line.update(text=text, score=score, tall=False, flip=False, column=True)


def _unpack(content: bytes) -> Any:
    """The picture as rows of BGR, upright as the camera says, its longer side at most SHARP."""
    import numpy as np
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.init()
    Image.MAX_IMAGE_PIXELS = None  # looked at below, before anything is unpacked
    if len(content) > LARGEST:
        raise Unreadable("too_large")
    try:
        image: Any = Image.open(io.BytesIO(content), formats=FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Unreadable("not_a_picture") from None
    if image.width * image.height > MOST_PIXELS.get(str(image.format), MOST_PIXELS_UNPACKED):
        raise Unreadable("too_many_pixels")
    if min(image.size) < 40:
        raise Unreadable("too_small")
    try:
        image.draft("RGB", (SHARP, SHARP))
        image.load()
        if image.mode in ("RGBA", "LA", "P", "PA"):
            image = image.convert("RGBA")
            image.thumbnail((SHARP, SHARP))
            ground = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(ground, image)
        image = image.convert("RGB")
        image.thumbnail((SHARP, SHARP), reducing_gap=2.0)
        image = ImageOps.exif_transpose(image)
    except (OSError, ValueError, SyntaxError, EOFError):
        raise Unreadable("damaged") from None
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _nearer(boxes: list[Quad], width: int, height: int) -> tuple[int, int, int, int] | None:
    """The part of the picture that holds all lines, when it is a small one."""
    if not boxes:
        return None
    xs, ys = [x for box in boxes for x, _ in box], [y for box in boxes for _, y in box]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    if max((right - left) / width, (bottom - top) / height) > SMALL or max(width, height) <= FOUND:
        return None
    margin = 0.15 * max(right - left, bottom - top)
    return max(0, int(left - margin)), max(0, int(top - margin)), int(right + margin), int(bottom + margin)


def _worth(read: list[tuple[str, float]]) -> float:
    """How well some lines were read, 0..1: long ones count more."""
    signs = sum(len(text) for text, _ in read)
    return sum(score * len(text) for text, score in read) / signs if signs else 0.0


def _from_left(box: Quad) -> Quad:
    """The corners so ordered that the first side runs across, from left to right, and the second one down."""
    for shift in range(4):
        (ax, ay), (bx, by) = box[shift], box[(shift + 1) % 4]
        if bx - ax >= abs(by - ay):
            return box[shift:] + box[:shift]
    return box


def _is_tall(box: Quad) -> bool:
    across, down = _sides(box)
    return down >= TALL * across


def _sides(box: Quad) -> tuple[float, float]:
    """How long a box is from its first corner to its second, and to its fourth."""
    (ax, ay), (bx, by), _, (dx, dy) = box
    return ((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5, ((ax - dx) ** 2 + (ay - dy) ** 2) ** 0.5


def _cut(picture: Any, box: Quad, *, turn: bool = True) -> Any:
    """What stands in a box, made straight; a tall one is turned a quarter to the left unless it stands upright."""
    import cv2
    import numpy as np

    across, down = (max(1, round(side)) for side in _sides(box))
    to = np.array([(0, 0), (across, 0), (across, down), (0, down)], np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(box, np.float32), to)
    cut = cv2.warpPerspective(picture, matrix, (across, down), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    return np.ascontiguousarray(np.rot90(cut)) if turn and down >= TALL * across else cut


def _side_by_side(column: Any) -> Any:
    """A column of letters as a row; None when no letters can be told apart."""
    import cv2
    import numpy as np

    height, width = column.shape[:2]
    grey = cv2.cvtColor(column, cv2.COLOR_BGR2GRAY)
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    if np.mean(ink) > 127:
        ink = 255 - ink
    rows = np.count_nonzero(ink, axis=1) > max(1, 0.04 * width)
    parts: list[list[int]] = []
    for at in range(height):
        if rows[at] and (at == 0 or not rows[at - 1]):
            parts.append([at, at + 1])
        elif rows[at]:
            parts[-1][1] = at + 1
    merged: list[list[int]] = []
    for begin, end in parts:
        if merged and end - merged[-1][0] <= 0.95 * width:
            merged[-1][1] = end
        else:
            merged.append([begin, end])
    if not 2 <= len(merged) <= 40:
        return None
    cells = []
    for begin, end in merged:
        pad = max(2, (width - (end - begin)) // 2)
        cell = column[max(0, begin - min(pad, 6)) : min(height, end + min(pad, 6))]
        side = max(cell.shape[:2])
        top, left = (side - cell.shape[0]) // 2, (side - cell.shape[1]) // 2
        cell = cv2.copyMakeBorder(
            cell, top, side - cell.shape[0] - top, left, side - cell.shape[1] - left, cv2.BORDER_REPLICATE
        )
        cells.append(cv2.resize(cell, (48, 48), interpolation=cv2.INTER_AREA))
    return np.hstack(cells)


def _upright(lines: list[Line], width: int, height: int) -> dict[str, Any]:
    """The lines as they stand when the picture is turned the right way up."""
    weights = {"up": 0.0, "left": 0.0, "right": 0.0, "down": 0.0}
    for line in lines:
        across, down = _sides(line["box"])
        way = ("left" if line["flip"] else "right") if line["tall"] else ("down" if line["flip"] else "up")
        if len(line["text"]) >= 2:
            weights[way] += across * down
    way = max(weights, key=lambda name: weights[name])
    # corners are counted in the picture as it came; (x, y) goes to where it is after turning
    turns = {
        "up": lambda x, y: (x, y),
        "down": lambda x, y: (width - x, height - y),
        "right": lambda x, y: (y, width - x),
        "left": lambda x, y: (height - y, x),
    }
    shift = {"up": 0, "down": 2, "right": 1, "left": 3}[way]
    turned = []
    for line in lines:
        box = [turns[way](x, y) for x, y in line["box"]]
        box = box[shift:] + box[:shift]
        turned.append({
            "text": line["text"], "score": round(line["score"], 3), "column": bool(line.get("column")),
            "box": [[round(x, 1), round(y, 1)] for x, y in box],
        })  # fmt: skip
    across, down = (height, width) if way in ("left", "right") else (width, height)
    return {"lines": turned, "width": across, "height": down}


if __name__ == "__main__":
    main()
