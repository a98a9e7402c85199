"""What holds for every deal: the lead's stage, the forecast's figures, losses by reason; without any store."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from bot.forecasting import coming_week, month_of, worked_by
from config.document import BadDocument
from config.pipeline import STANDARD
from config.rules import load_rules
from config.worktime import WorkCalendar
from leads.advance import named_stage
from leads.close import counted_losses, kind_of_loss
from leads.deal import followed, pipeline_for
from leads.errors import Unusable
from leads.money import fen_of, yuan_text
from reports.forecast import Error, Forecast, Piece, error_of, forecast
from tests.life.test_life import TEMPLATE

TEXT = TEMPLATE.read_text("utf-8")
RULES = load_rules(TEXT, "rules.yaml")
WAN = 10_000 * 100


@pytest.mark.parametrize(
    ("results", "stage"),
    [
        (["open"], "opportunity"), (["won", "open"], "opportunity"), (["lost", "won"], "won"), (["won"], "won"),
        (["lost", "lost"], "lost"), (["lost", "open"], "opportunity"),
    ],
)  # fmt: skip
def test_a_leads_stage_follows_its_deals(results, stage):
    assert followed(results) == stage


def test_a_month_counts_what_may_still_come_in_it():
    pieces = [
        Piece(50 * WAN, 0.5, 0.2, "2026-03-31", committed=40 * WAN),
        Piece(20 * WAN, 0.1, None, "2026-03-01"),  # late, it may still come
        Piece(90 * WAN, 0.9, 0.9, "2026-04-01"),  # next month
        Piece(None, 0.9, None, "2026-03-31"),
        Piece(10 * WAN, 0.9),
    ]
    told = forecast(pieces, 30 * WAN, until="2026-03-31", target=100 * WAN)
    assert told == Forecast(30 * WAN, 70 * WAN, 100 * WAN, 57 * WAN, 42 * WAN, 2, 100 * WAN)
    assert told.gap == 70 * WAN and forecast([], 0, until="2026-03-31").gap is None


def test_what_a_leader_commits_to_is_never_more_than_the_best_that_may_come():
    pieces = [
        Piece(90 * WAN, 0.9, 0.9, "2026-04-01", committed=5 * WAN),  # next month, and yet some of it is signed now
        Piece(None, 0.9, committed=3 * WAN),
        Piece(10 * WAN, 0.5, None, "2026-03-01", committed=12 * WAN),
    ]
    told = forecast(pieces, 0, until="2026-03-31")
    assert (told.commit, told.best, told.unknown) == (20 * WAN, 20 * WAN, 1)


def test_the_error_of_a_week_is_what_was_signed_against_what_was_said():
    assert error_of([(50, 40), (20, None)]) == Error(70, 40)
    assert Error(50, 40).share == -0.2 and error_of([]).share is None


FREE = ("2026-05-01", *(f"2026-10-0{day}" for day in range(1, 8)))  # 劳动节 is a Friday; 国庆节 begins on a Thursday
WEEKS = WorkCalendar(
    ZoneInfo("Asia/Shanghai"), dict.fromkeys(range(5), ((time(9), time(18)),)),
    special={date.fromisoformat(day): "free" for day in FREE},
)  # fmt: skip


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        ("2026-03-18", "2026-03-16"), ("2026-03-20", "2026-03-23"), ("2026-03-22", "2026-03-23"),
        ("2026-04-29", "2026-04-27"), ("2026-04-30", "2026-05-04"), ("2026-05-01", "2026-05-04"),
        ("2026-09-29", "2026-09-28"), ("2026-09-30", "2026-10-05"), ("2026-10-08", "2026-10-05"),
    ],
)  # fmt: skip
def test_from_friday_on_leaders_speak_of_the_coming_week(day, monday):
    assert coming_week(date.fromisoformat(day), WEEKS) == monday


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("2026-03-20", "2026-03-20"), ("2026-05-01", "2026-04-30"), ("2026-10-02", "2026-09-30"),
        ("2026-03-21", "2026-03-20"), ("2026-10-07", "2026-10-07"), ("2026-10-05", "2026-10-05"),
    ],
)  # fmt: skip
def test_where_nobody_works_on_the_day_leaders_are_asked_on_the_last_working_day_before(named, asked):
    assert worked_by(date.fromisoformat(named), WEEKS) == date.fromisoformat(asked)


def test_a_month_has_its_name_and_its_ends():
    assert month_of(date(2026, 12, 31)) == ("2026-12", date(2026, 12, 1), date(2027, 1, 1))


def test_losses_are_counted_by_the_companys_reasons():
    rows = [("价格太高,超预算", 2), ("价格太高", 1), ("选了竞品 金蝶", 2), ("老板的亲戚", 9)]
    assert counted_losses(rows, rules=RULES) == (("价格太高", 3), ("选了竞品", 2), ("其他", 9))
    assert kind_of_loss("说不清", rules=RULES) == "其他"


@pytest.mark.parametrize(
    ("said", "name"), [("方案报价", "方案报价"), ("谈判", "商务谈判"), ("5", "签约"), ("约", "签约")]
)
def test_a_stage_is_known_by_its_name_a_part_of_it_or_its_number(said, name):
    assert named_stage(STANDARD, said).name == name


@pytest.mark.parametrize("said", ["飞了", "", "0", "9"])
def test_what_names_no_stage_is_refused_with_the_stages(said):
    with pytest.raises(Unusable, match="初步接触"):
        named_stage(STANDARD, said)


@pytest.mark.parametrize(
    ("fen", "told"),
    [(50 * WAN, "50 万"), (19950, "199.5 元"), (120_000_000 * 100, "1.2 亿"), (8000 * 100, "8000 元"), (None, "")],
)
def test_money_is_told_as_people_say_it(fen, told):
    assert yuan_text(fen) == told


@pytest.mark.parametrize(
    ("yuan", "fen"), [(199.5, 19950), ("80000", 8000000), (1.234, None), (True, None), ("五", None)]
)
def test_yuan_of_programs_are_whole_fen_or_nothing(yuan, fen):
    assert fen_of(yuan) == fen


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("default: true\n    stages:", "default: false\n    stages:", "exactly one pipeline"),
        ("require: [amount]", "require: [amont]", "a deal has no 'amont'"),
        ("- name: 签约", "- name: 初步接触", "a stage 初步接触 stands there already"),
    ],
)
def test_a_pipeline_that_cannot_work_is_refused_at_its_place(old, new, why):
    with pytest.raises(BadDocument, match=why):
        load_rules(TEXT.replace(old, new, 1), "rules.yaml")


def test_deals_of_a_product_go_its_own_way():
    more = "  renewal: {label: 续约, products: [续费], stages: [{name: 提醒, probability: 60}]}\n"
    rules = load_rules(TEXT.replace("  standard:\n", more + "  standard:\n", 1), "rules.yaml")
    assert pipeline_for("续费", rules=rules)[0] == "renewal"
    assert pipeline_for("CRM", rules=rules)[0] == "standard"
    without = TEXT[: TEXT.index("pipelines:")] + TEXT[TEXT.index("\ndeals:") :]
    assert load_rules(without, "rules.yaml").ways == {"standard": STANDARD}
