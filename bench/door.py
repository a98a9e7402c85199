"""B1, B2, B3: how fast a callback is verified, kept durably and answered, beside the least that could be done."""

import statistics
import time

from bench.company import BenchCompany, callback, free_port, make_company, text_event
from bench.figure import Figure, ratio
from bench.run import Run, crowd, family_cpu_s, server


def callbacks(company: BenchCompany, count: int, words: str = "我的") -> list[bytes]:
    """Whole requests, each with an event of its own, from all reps in turn."""
    now = time.time()
    reps = company.reps
    return [callback(company, text_event(company, reps[n % len(reps)], words, now=now), now=now) for n in range(count)]


def door(run: Run) -> list[Figure]:
    """B1 to B3."""
    company = make_company(run.place() / "acme", reps=200)
    crypt = company.crypt()
    echo, kept, flask = free_port(), free_port(), free_port()
    count, few = run.size(6000, 300), run.size(1500, 100)
    store = run.place()
    environment = {"TOKEN": crypt.token, "AES_KEY": crypt.aes_key, "CORP": crypt.receive_id, "STORE": f"{store}/f.db"}
    gunicorn = ["-m", "gunicorn", "-k", "gthread", "--threads", "8", "--keep-alive", "60", "--log-level", "error"]
    with (
        server(["-m", "bench.serving", str(company.folder.root), "--idle"], company.port) as bot_process,
        server(["-m", "bench.reference.echo", "--port", str(echo)], echo) as echo_process,
        server(["-m", "bench.reference.echo", "--port", str(kept), "--store", f"{store}/e.db"], kept) as kept_process,
        server(
            [*gunicorn, "-b", f"127.0.0.1:{flask}", "bench.reference.flask_app:app"], flask, environment=environment
        ) as flask_process,
    ):
        sides = {"bot": company.port, "echo": echo, "kept": kept, "flask": flask}
        for port in sides.values():
            crowd(run, port, callbacks(company, few))
        processes = {"bot": bot_process, "echo": echo_process, "kept": kept_process, "flask": flask_process}
        before = {name: family_cpu_s(process) for name, process in processes.items()}
        speeds: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(run.rounds):
            run.say(f"B1, B2: round {number + 1} of {run.rounds}")
            for name, port in sides.items():
                requests = callbacks(company, few if name == "flask" else count)
                speeds[name].append(crowd(run, port, requests).per_second)
        posted = {**dict.fromkeys(processes, run.rounds * count), "flask": run.rounds * few}
        spent = {name: (family_cpu_s(process) - before[name]) / posted[name] for name, process in processes.items()}
        most = statistics.median(speeds["bot"])
        times = []
        for number in range(run.rounds):
            run.say(f"B3: round {number + 1} of {run.rounds}")
            half = crowd(run, company.port, callbacks(company, count // 2), rate=most / 2)
            times.append(half.p99_ms)
    shown = {name: f"{statistics.median(values):,.0f}/s" for name, values in speeds.items()}
    against_echo, against_kept = ratio(speeds["bot"], speeds["echo"]), ratio(speeds["bot"], speeds["kept"])
    against_flask = ratio(speeds["bot"], speeds["flask"])
    return [
        Figure("B1a", "durable callback against a bare aiohttp server that only answers", against_echo, "×", 0.35, 0.50,
               beside=f"{shown['bot']} against {shown['echo']}"),
        Figure("B1b", "… against bare aiohttp that keeps bodies by grouped raw sqlite3", against_kept, "×", 0.70, 0.90,
               beside=f"{shown['bot']} against {shown['kept']}"),
        Figure("B1 cpu", "processor time of a callback against the bare server's and the keeping one's",
               spent["echo"] / spent["bot"], "×", beside=f"{spent['bot'] * 1e6:.0f} µs against "
               f"{spent['echo'] * 1e6:.0f} µs (bare) and {spent['kept'] * 1e6:.0f} µs (keeping)"),
        Figure("B2", "… against Flask, gunicorn, wechatpy, sqlite3", against_flask, "×", 6, 9,
               beside=f"{shown['bot']} against {shown['flask']}"),
        Figure("B2 cpu", "processor time of a callback against Flask's", spent["flask"] / spent["bot"], "×",
               beside=f"{spent['bot'] * 1e6:.0f} µs against {spent['flask'] * 1e6:.0f} µs"),
        Figure("B3", "time to the answer under half of that load, p99", statistics.median(times), "ms", 50, 20, True,
               beside=f"at {most / 2:,.0f}/s"),
    ]  # fmt: skip
