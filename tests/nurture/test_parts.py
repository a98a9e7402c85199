"""What a text message costs: 70 characters alone, 67 each when it is longer."""

import pytest

from nurture.parts import parts_of, whole_text


@pytest.mark.parametrize(
    ("text", "parts"),
    [("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("a" * 70, 1), ("a" * 71, 2), ("😀" * 35, 1),
     ("😀" * 36, 2), ("", 1)],
)  # fmt: skip
def test_as_how_many_it_is_counted(text, parts):
    assert parts_of(text) == parts


@pytest.mark.parametrize(
    ("words", "sign", "stoppable", "whole"),
    [
        ("新品\n\n来看看", "云栖", True, "【云栖】新品 来看看 退订回T"),
        ("明天上门", "云栖", False, "【云栖】明天上门"),
        ("来看看,退订回T", "", True, "来看看,退订回T"),
    ],
)
def test_what_the_customer_reads(words, sign, stoppable, whole):
    assert whole_text(words, sign=sign, stoppable=stoppable) == whole
