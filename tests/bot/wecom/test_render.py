"""Our cards as WeCom takes them: goldens written from its pages, and no name, however odd, that it would refuse."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.cards.card import Button, Card, Choice, Field, Message, Option, Text
from bot.cards.legible import cut, cut_bytes
from bot.lead_actions import Claim, Disqualify, NoteCall, Release, Show, Transfer
from bot.packing import unpack
from bot.platform import Place
from bot.wecom.render import message_body, plain, template_card, update_body
from sandbox.wecom.card import flaw

LISI = Place("wecom", "lisi")
OFFER = Card(
    title="新线索 L1024",
    subtitle="杭州云栖智能科技有限公司",
    quote_title="官网咨询",
    quote="急需三十台工业相机,\n下周要报价",
    text="2 小时内领取",
    fields=(Field("称呼", "王先生"), Field("评分", "82 · A")),
    buttons=(Button("领取", Claim(1024, 3), "primary"), Button("看详情", Show(1024))),
)
RELEASE = Card(
    title="退回 L1024?",
    choice=Choice("reason", "原因", (Option("no_budget", "没有预算"), Option("region", "不在我的区域")), "region"),
    buttons=(Button("确定退回", Release(1024, 4), "danger"),),
)
GOLDEN: dict[str, tuple[Card, dict[str, Any]]] = {
    "an offer with two buttons": (
        OFFER,
        {
            "card_type": "button_interaction",
            "source": {"desc": "线索助手", "desc_color": 0},
            "main_title": {"title": "新线索 L1024", "desc": "杭州云栖智能科技有限公司"},
            "quote_area": {"type": 0, "title": "官网咨询", "quote_text": "急需三十台工业相机, 下周要报价"},
            "sub_title_text": "2 小时内领取",
            "horizontal_content_list": [
                {"keyname": "称呼", "value": "王先生"}, {"keyname": "评分", "value": "82 · A"},
            ],
            "task_id": "lead-7-ab12",
            "button_list": [
                {"text": "领取", "style": 1, "key": "claim/1024/3"}, {"text": "看详情", "style": 4, "key": "show/1024"},
            ],
        },
    ),
    "a question with a list": (
        RELEASE,
        {
            "card_type": "button_interaction",
            "source": {"desc": "线索助手", "desc_color": 0},
            "main_title": {"title": "退回 L1024?", "desc": ""},
            "task_id": "lead-7-ab12",
            "button_selection": {
                "question_key": "reason",
                "title": "原因",
                "option_list": [{"id": "no_budget", "text": "没有预算"}, {"id": "region", "text": "不在我的区域"}],
                "selected_id": "region",
            },
            "button_list": [{"text": "确定退回", "style": 2, "key": "release/1024/4//"}],
        },
    ),
    "a list alone has one button that leads on": (
        Card("选一个", choice=Choice("q", "谁", (Option("lina", "李娜"),))),
        {
            "card_type": "button_interaction",
            "source": {"desc": "线索助手", "desc_color": 0},
            "main_title": {"title": "选一个", "desc": ""},
            "task_id": "lead-7-ab12",
            "button_selection": {"question_key": "q", "title": "谁", "option_list": [{"id": "lina", "text": "李娜"}]},
            "button_list": [{"text": "知道了", "style": 4, "key": "mine"}],
        },
    ),
}  # fmt: skip


def sent(message: Message, to: Place = LISI) -> dict[str, Any]:
    return dict(json.loads(message_body(message, to, ref="lead-7-ab12", agent_id=1000002)))


@pytest.mark.parametrize("name", GOLDEN)
def test_a_card_is_sent_as_the_page_says(name: str) -> None:
    card, expected = GOLDEN[name]
    body = sent(card)
    interval = body.pop("duplicate_check_interval")
    assert 13800 < interval <= 14400 and isinstance(interval, int)
    assert body == {
        "touser": "lisi", "agentid": 1000002, "msgtype": "template_card", "template_card": expected,
        "enable_id_trans": 0, "enable_duplicate_check": 1,
    }  # fmt: skip
    assert flaw(expected) is None


def test_an_update_greys_the_buttons_of_one_member() -> None:
    body = json.loads(
        update_body(Card("L1024", buttons=OFFER.buttons, done="已被李娜领取"), LISI, code="RC", agent_id=1000002)
    )
    assert body == {
        "userids": ["lisi"], "agentid": 1000002, "response_code": "RC", "enable_id_trans": 0,
        "template_card": {
            "card_type": "button_interaction", "source": {"desc": "线索助手", "desc_color": 0},
            "main_title": {"title": "L1024", "desc": ""},
            "button_list": [{"text": "已被李娜领取", "style": 4, "key": "done"}], "replace_text": "已被李娜领取",
        },
    }  # fmt: skip
    assert flaw(body["template_card"], update=True) is None


def test_a_text_is_a_text() -> None:
    body = sent(Text("已录入。"))
    assert (body["msgtype"], body["text"]) == ("text", {"content": "已录入。"})
    assert "template_card" not in body and body["enable_duplicate_check"] == 1


def test_a_card_without_buttons_is_a_text_with_all_its_rows() -> None:
    card = Card("日报", "3月18日", quote="加油", text="新线索 3 条", fields=(Field("领取", "2"), Field("超时", "0")))
    assert sent(card)["text"]["content"] == "日报\n3月18日\n「加油」\n新线索 3 条\n领取:2\n超时:0"


def test_a_group_gets_the_text_of_its_webhook() -> None:
    body = sent(Text("新线索 3 条"), Place("wecom", "华东群", "group"))
    assert body == {"group": "华东群", "message": {"msgtype": "text", "text": {"content": "新线索 3 条"}}}


def test_the_same_message_twice_is_the_same_bytes_and_another_one_is_not() -> None:
    first, again, other = (message_body(OFFER, LISI, ref=ref, agent_id=1) for ref in ("a", "a", "b"))
    assert first == again != other


def test_too_much_for_a_card_is_an_error_of_ours() -> None:
    buttons = tuple(Button(str(n), Show(n)) for n in range(7))
    rows = tuple(Field(str(n), "x") for n in range(7))
    for card in (Card("a", buttons=buttons), Card("a", fields=rows, buttons=buttons[:1])):
        with pytest.raises(ValueError, match="WeCom shows"):
            template_card(card, ref="r")
    for count in (0, 11):
        options = tuple(Option(str(n), "x") for n in range(count))
        with pytest.raises(ValueError, match="options"):
            template_card(Card("a", choice=Choice("q", "t", options)), ref="r")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a href='https://evil.example'>点这里领奖</a>", "〈a href='https://evil.example'〉点这里领奖〈/a〉"),
        ("张三<script>alert(1)</script>", "张三〈script〉alert(1)〈/script〉"),
        ("1 < 2 > 0", "1 〈 2 〉 0"),
        ("张三\u202egpj.exe", "张三gpj.exe"),
        ("\u200b张\x00三\x07\r\n李\t四\ufeff", "张三\n李 四"),
        ("\x00", "(空)"),
        ("", "(空)"),
    ],
)
def test_a_name_stays_a_name(text: str, expected: str) -> None:
    assert plain(Text(text)) == expected
    card = Card("线索", fields=(Field("称呼", text),))
    assert "<" not in plain(card) and ">" not in plain(card)


@pytest.mark.parametrize("filling", ["线", "a线", "😀", "é", "<", "线\u0301"])
def test_a_long_text_is_cut_at_a_character(filling: str) -> None:
    for length in range(640, 700):
        content = plain(Text("x" * (length % 4) + filling * length * 2))
        raw = content.encode()
        assert len(raw) <= 2048 and "\ufffd" not in content
        if content.endswith("…"):
            assert len(raw) > 2048 - 3 - 4, "no more is lost than one character"
    whole = "线" * 682 + "ab"
    assert plain(Text(whole)) == whole
    assert plain(Text(whole + "c")) == "线" * 681 + "ab…"[2:]


ODD = st.sampled_from(
    ["", " ", "\n", "\x00", "\x1b[31m", "\u200b", "\u202e", "\ud800", "\ue000", "\uffff", "😀", "👨\u200d👩\u200d👧",
     "<a href='x'>", "]]>", "&amp;", "$userName=admin$", '"', "\\", "{{7*7}}", "线" * 3000, "é́́", "𠮷"]
)  # fmt: skip
WORDS = st.lists(ODD | st.text(max_size=12), max_size=3).map("".join)
ACTIONS = st.one_of(
    st.builds(Claim, st.integers(1, 10**9), st.integers(0, 99)),
    st.builds(NoteCall, st.integers(1, 10**9), st.integers(0, 99), st.sampled_from(["reached", "busy"])),
    st.builds(Disqualify, st.integers(1, 10**9), st.integers(0, 99), st.text(max_size=20)),
    st.builds(Transfer, st.integers(1, 10**9), st.integers(0, 99), st.text(max_size=20)),
)
BUTTONS = st.lists(
    st.builds(Button, WORDS, ACTIONS, st.sampled_from(["primary", "plain", "danger"])),
    max_size=6,
    unique_by=lambda button: button.action,
).map(tuple)
IDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
CHOICES = st.builds(
    Choice,
    st.sampled_from(["reason", "to"]),
    WORDS,
    st.lists(st.builds(Option, IDS, WORDS), min_size=1, max_size=10, unique_by=lambda option: option.id).map(tuple),
)
CARDS = st.builds(
    Card,
    title=WORDS, subtitle=WORDS, source=WORDS, quote_title=WORDS, quote=WORDS, text=WORDS,
    fields=st.lists(st.builds(Field, WORDS, WORDS), max_size=6).map(tuple),
    choice=st.none() | CHOICES, buttons=BUTTONS, done=st.just("") | WORDS,
)  # fmt: skip


def strings(value: Any) -> list[str]:
    """Every text that a person may read in a card; keys and ids are not shown."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    if isinstance(value, dict):
        hidden = ("key", "id", "selected_id", "question_key", "task_id")
        return [text for name, inner in value.items() if name not in hidden for text in strings(inner)]
    return []


@given(card=CARDS)
@example(Card("", buttons=(Button("\x00", Claim(1, 1)),)))
@example(Card("a", choice=Choice("to", "", (Option("lina", "\u200b"),))))
@example(Card("a", buttons=(Button("b", Claim(1, 1)),), done="\x00"))
@example(Card("a", fields=(Field("", ""),), buttons=(Button("b", Claim(1, 1)),)))
def test_wecom_takes_any_card_whatever_stands_in_it(card: Card) -> None:
    body = message_body(card, LISI, ref="lead-7-ab12", agent_id=1000002)
    shown = json.loads(body.decode("utf-8"))
    if shown["msgtype"] == "text":
        assert 0 < len(shown["text"]["content"].encode()) <= 2048
        assert "<" not in shown["text"]["content"]
    else:
        assert flaw(shown["template_card"]) is None
        for text in strings(shown["template_card"]):
            assert not {unicodedata.category(c) for c in text.replace("\n", "")} & {"Cc", "Cs"}
        for button, drawn in zip(card.buttons, shown["template_card"]["button_list"], strict=False):
            assert card.done or unpack(drawn["key"]) == button.action
    update = json.loads(update_body(card, LISI, code="RC", agent_id=1000002))
    assert flaw(update["template_card"], update=True) is None


@given(text=WORDS, most=st.integers(1, 60))
def test_a_line_is_a_line_of_at_most_so_many_characters(text: str, most: int) -> None:
    line = cut(text, most)
    assert len(line) <= most and "\n" not in line


@given(text=st.text(), most=st.integers(3, 300))
def test_bytes_are_cut_between_characters(text: str, most: int) -> None:
    short = cut_bytes(text, most)
    assert len(short.encode()) <= most
    assert short == text or text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize("message", [Text("现在没有超时的线索。"), OFFER])
def test_equal_answers_have_bytes_of_their_own_and_a_retry_the_same(message: Message) -> None:
    """WeCom swallows a body that it has seen within hours: the same question asked all day is answered each time."""

    def body(number: int) -> bytes:
        return message_body(message, LISI, ref=f"say-{number}", agent_id=1000002)

    assert len({body(number) for number in range(2_000)}) == 2_000
    assert body(7) == body(7) and json.loads(body(7))["msgtype"] == json.loads(body(8))["msgtype"]
