"""No program comes in as a picture, and no name leads anywhere."""

import pytest

from leads.attachment import LARGEST, flaw_of, safe_name

JPG = b"\xff\xd8\xff\xe0" + bytes(20)


@pytest.mark.parametrize(
    ("name", "kind", "kept"),
    [
        ("报价单.pdf", "file", "报价单.pdf"),
        ("../../etc/passwd", "file", "passwd"),
        ("C:\\Users\\x\\合同.DOCX", "file", "合同.docx"),
        ("a\u202efdp.exe", "file", "afdp.exe"),
        ("...", "picture", "图片.jpg"),
        ("", "recording", "录音.amr"),
        ("x.exe", "picture", "x.exe.jpg"),
        ("<script>.png", "picture", "script.png"),
        ("长" * 200 + ".pdf", "file", "长" * 60 + ".pdf"),
        ("a\nb\0c.pdf", "file", "abc.pdf"),
    ],
)
def test_the_name_under_which_it_is_kept(name, kind, kept):
    assert safe_name(name, kind) == kept


@pytest.mark.parametrize(
    ("name", "kind", "content", "told"),
    [
        ("a.pdf", "file", b"%PDF-1.7", ""),
        ("a.jpg", "picture", JPG, ""),
        ("a.exe", "file", b"MZ...", "不收"),
        ("a.pdf", "file", b"MZ\x90\x00", "其实是程序"),
        ("a.jpg", "picture", b" <!DOCTYPE html><script>", "其实是程序或网页"),
        ("a.jpg", "picture", b'<?xml version="1.0"?><svg onload=x>', "其实是程序或网页"),
        ("a.sh", "file", b"#!/bin/sh", "不收"),
        ("a.html", "file", b"hello", "不收"),
        ("a.pdf", "file", b"", "空的"),
        ("a.pdf", "file", bytes(LARGEST + 1), "太大了"),
    ],
)
def test_what_is_not_kept_and_why(name, kind, content, told):
    flaw = flaw_of(name, kind, content)
    assert flaw == "" if not told else told in flaw
