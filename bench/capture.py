"""B5, B6: a lead comes in over REST with all that follows, and what a million leads do to that and to a claim."""

import json
import secrets
import statistics
from urllib.parse import quote

from bench.company import BenchCompany, http
from bench.figure import Figure, ratio
from bench.past import REPS, old_company
from bench.peer import tryton
from bench.run import Run, crowd, server
from bench.seed import FIRST_NUMBER

FIRST = 1000  # behind it the numbers of a new company begin


def capture(run: Run) -> list[Figure]:
    """Two companies of different age, in turn."""
    few, many = run.size(10_000, 200), run.size(1_000_000, 1000)
    companies = {"few": old_company(run, few, owned=False), "many": old_company(run, many, owned=False)}
    newest = {"few": max(few, FIRST), "many": max(many, FIRST)}
    count = run.size(600, 20)
    posts: dict[str, list[float]] = {"few": [], "many": []}
    claims: dict[str, list[float]] = {"few": [], "many": []}
    young, old = (["-m", "bench.serving", str(companies[name].folder.root), "--idle"] for name in ("few", "many"))
    with server(young, companies["few"].port), server(old, companies["many"].port):
        for number in range(run.rounds + 1):
            run.say(f"B5, B6: round {number} of {run.rounds}")
            for name, company in companies.items():
                captured = _post(run, company, count)
                claimed = _claim(run, company, range(newest[name] + 1, newest[name] + 1 + count // 4))
                newest[name] += count
                if number:  # the first round warms both
                    posts[name].append(captured)
                    claims[name].append(claimed)
    speed, old_speed = statistics.median(posts["few"]), statistics.median(posts["many"])
    claim_speed, old_claim_speed = statistics.median(claims["few"]), statistics.median(claims["many"])
    peer = [_beside_a_peer(run, companies["few"])] if not run.quick else []  # a look whether all runs fetches nothing
    slower, claims_slower = ratio(posts["few"], posts["many"]), ratio(claims["few"], claims["many"])
    return [
        *peer,
        Figure("B5", f"leads captured over REST with all that follows, {few:,} leads there", speed, "/s", 300, 1000,
               beside=f"{1000 / speed:.1f} ms each; {REPS} reps get a card"),
        Figure("B6a", f"the same with {many:,} leads there", slower, "× time", 1.25, 1.1, True,
               beside=f"{old_speed:,.0f}/s against {speed:,.0f}/s"),
        Figure("B6b", f"a claim over REST with {many:,} leads there", claims_slower, "× time", 1.25, 1.1, True,
               beside=f"{old_claim_speed:,.0f}/s against {claim_speed:,.0f}/s"),
    ]  # fmt: skip


def _beside_a_peer(run: Run, company: BenchCompany) -> Figure:
    """Our leads and the peer's, in turn."""
    ours: list[float] = []
    theirs: list[float] = []
    bot = server(["-m", "bench.serving", str(company.folder.root), "--idle"], company.port)
    with bot, tryton(run) as peer:
        for number in range(run.rounds + 1):
            run.say(f"B5: round {number} of {run.rounds} beside a peer")
            captured, entered = _post(run, company, 300), peer.leads_per_second(40)
            if number:  # the first round warms both
                ours.append(captured)
                theirs.append(entered)
    what = "… against Tryton's sale opportunities with the same look for duplicates"
    beside = f"{statistics.median(ours):,.0f}/s against {statistics.median(theirs):,.1f}/s"
    return Figure("B5 peer", what, ratio(ours, theirs), "×", 10, beside=beside)


def _post(run: Run, company: BenchCompany, count: int) -> float:
    """New people ask, every one of them qualified at once; returns leads per second."""
    person = {
        "name": "李建华", "title": "采购总监", "city": "苏州", "company": "苏州微光生物医药有限公司", "budget": "50万",
        "need": "急需三十台工业相机,下周要报价", "source": "官网",
    }  # fmt: skip
    phones = [str(FIRST_NUMBER + 60_000_000 + secrets.randbelow(39_000_000)) for _ in range(count)]
    bodies = [json.dumps({**person, "phone": phone}).encode() for phone in phones]
    return _ask(run, company, [("/capture/官网", body) for body in bodies])


def _claim(run: Run, company: BenchCompany, leads: range) -> float:
    """The reps claim leads that have just come, in turn; returns claims per second."""
    acts = [(f"/api/v1/leads/L{n}/claim", json.dumps({"by": company.reps[n % REPS]}).encode()) for n in leads]
    return _ask(run, company, acts)


def _ask(run: Run, company: BenchCompany, acts: list[tuple[str, bytes]]) -> float:
    key = company.settings.security.admin_key.get_secret_value()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    requests = [http("POST", quote(path), body, headers) for path, body in acts]
    return crowd(run, company.port, requests, connections=16).per_second
