"""The amount of a deal: exact words are taken, doubtful ones give guesses, what cannot be is refused."""

import pytest

from leads.understand.amount import Amount, read_amount

WAN = 10_000 * 100


@pytest.mark.parametrize(
    ("said", "fen"),
    [
        ("50万", 50 * WAN), ("50w", 50 * WAN), ("五十万", 50 * WAN), ("500000", 50 * WAN), ("¥300,000", 30 * WAN),
        ("12.5万元", 12.5 * WAN), ("1.5亿", 15_000 * WAN), ("3千", 3000 * 100), ("99.5元", 9950), ("一万五", 1.5 * WAN),
        ("8000 元", 8000 * 100),
    ],
)  # fmt: skip
def test_exact_amounts_are_taken(said, fen):
    assert read_amount(said) == Amount(int(fen))


@pytest.mark.parametrize(
    ("said", "guesses"),
    [
        ("五十万左右", (50 * WAN,)), ("大概50万", (50 * WAN,)), ("50多万", (50 * WAN,)),
        ("10-20万", (10 * WAN, 15 * WAN, 20 * WAN)), ("三五万", (3 * WAN, 5 * WAN)), ("十几万", (10 * WAN, 20 * WAN)),
        ("50", (50 * WAN, 50 * 100)),
    ],
)  # fmt: skip
def test_doubtful_amounts_are_asked_back(said, guesses):
    read = read_amount(said)
    assert read is not None and read.fen is None and read.guesses == guesses


@pytest.mark.parametrize("said", ["-5万", "0", "0元", "20万-10万", "9999999亿"])
def test_what_no_deal_is_worth_is_refused(said):
    read = read_amount(said)
    assert read is not None and read.flaw and read.fen is None


@pytest.mark.parametrize("said", ["CRM", "二期", "6月底", "2026-06-30", "万达", "百度", "千里马", "几台", "", "三"])
def test_other_words_are_no_amount(said):
    assert read_amount(said) is None
