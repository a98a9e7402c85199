"""A letter as a mail: plain words and a page that reads well on a phone, with a way to stop it in one tap.

What stands in the variables was typed by strangers: every word is escaped, and no header takes a line break.
"""

import html
import json
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from bot.letter import Letter
from bot.prose import Block, Piece, blocks_of, plain_of

UNFOLDED = SMTP.clone(cte_type="7bit", max_line_length=900)  # an address in a header is never broken in two
FONT = "-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
WHY = "您收到这封邮件,是因为您向我们咨询过或同意接收资讯。"
STOP = "不想再收到?点这里退订"


def mail_body(letter: Letter, *, sender: str, now: datetime) -> bytes:
    """The whole request: who it goes to and the message, in bytes that stay the same with every try."""
    name, address = parseaddr(sender)
    blocks = blocks_of(letter.text)
    message = EmailMessage(SMTP)
    message["From"] = Address(display_name=_one_line(name), addr_spec=address)
    message["To"] = Address(addr_spec=letter.lead.email)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.ref}@{domain_of(sender)}>"
    if letter.stop:
        message["List-Unsubscribe"] = f"<{letter.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    message["Precedence"] = "bulk"  # keeps most holiday replies away
    plain = plain_of(blocks) + (f"\n\n--\n{WHY}\n退订:{letter.stop}\n" if letter.stop else "\n")
    message.set_content(plain, charset="utf-8", cte="base64")
    message.add_alternative(page(letter, blocks), subtype="html", charset="utf-8", cte="base64")
    content = {"from": address, "to": letter.lead.email, "message": message.as_bytes(policy=UNFOLDED).decode("ascii")}
    return json.dumps(content, separators=(",", ":")).encode()


def domain_of(sender: str) -> str:
    """The part behind the @ of whoever sends; our names of mails end with it."""
    return parseaddr(sender)[1].rpartition("@")[2].lower()


def page(letter: Letter, blocks: Sequence[Block]) -> str:
    """The HTML part: one column, styles in place, at most 600 pixels, no script and nothing from elsewhere but
    pictures that the content names."""
    inner = "\n".join(_block(block) for block in blocks)
    foot = ""
    if letter.stop:
        foot = (
            f'<p style="margin:24px 0 0;padding:16px 0 0;border-top:1px solid #e5e6eb;font-size:13px;line-height:1.6;'
            f'color:#6b7280">{WHY}<br><a href="{_quoted(letter.stop)}" style="color:#6b7280">{STOP}</a></p>'
        )
    seen = f'<img src="{_quoted(letter.seen)}" width="1" height="1" alt="" style="border:0">' if letter.seen else ""
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(_one_line(letter.subject))}</title></head>"
        f'<body style="margin:0;padding:0;background:#f5f6f8">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f5f6f8">'
        '<tr><td align="center" style="padding:16px 8px">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        'style="max-width:600px;background:#ffffff;border-radius:8px">'
        f'<tr><td style="padding:24px;font-family:{FONT};font-size:16px;line-height:1.75;color:#1f2329;'
        f'word-break:break-word">\n{inner}\n{foot}</td></tr></table></td></tr></table>{seen}</body></html>\n'
    )


def _block(block: Block) -> str:
    if block.kind == "heading":
        words = _line(block.lines[0])
        return f'<h2 style="margin:0 0 16px;font-size:20px;line-height:1.4;font-weight:600">{words}</h2>'
    if block.kind == "list":
        entries = "".join(f'<li style="margin:0 0 6px">{_line(line)}</li>' for line in block.lines)
        return f'<ul style="margin:0 0 16px;padding:0 0 0 22px">{entries}</ul>'
    return f'<p style="margin:0 0 16px">{"<br>".join(_line(line) for line in block.lines)}</p>'


def _line(pieces: Sequence[Piece]) -> str:
    return "".join(_piece(piece) for piece in pieces)


def _piece(piece: Piece) -> str:
    words = html.escape(piece.words)
    if piece.picture:
        style = "display:block;max-width:100%;height:auto;border:0;border-radius:4px"
        return f'<img src="{_quoted(piece.link)}" alt="{words}" style="{style}">'
    if piece.link:
        return f'<a href="{_quoted(piece.link)}" style="color:#1a66ff;word-break:break-all">{words}</a>'
    return f"<b>{words}</b>" if piece.bold else words


def _quoted(address: str) -> str:
    return html.escape(address, quote=True)


def _one_line(words: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:200]
