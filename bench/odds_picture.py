"""python -m bench.odds_picture: measures the small samples and draws docs/pictures/odds.svg from them."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.bank import closed_leads
from bench.odds import SIZES, small_samples
from bench.run import ROOT

WIDTH, HEIGHT, LEFT, TOP = 640, 320, 56, 40
LINES = {"ours": ("Leadbot", "#2563eb"), "bayes": ("朴素贝叶斯 + 分箱", "#94a3b8")}


def draw(sizes: Sequence[int], auc: Mapping[str, Sequence[float]], path: Path) -> None:
    """Write the picture: AUC upwards, sizes evenly spaced."""
    low, high = 0.68, 0.80

    def at(number: int, value: float) -> tuple[float, float]:
        x = LEFT + 40 + number * (WIDTH - LEFT - 100) / (len(sizes) - 1)
        return x, TOP + (high - value) / (high - low) * (HEIGHT - TOP - 50)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-size="15">AUC:给没见过的客户排先后,越高越好</text>',
    ]
    for step in range(5):
        value = low + step * (high - low) / 4
        y = at(0, value)[1]
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#6b7280">{value:.2f}</text>')
    for number, size in enumerate(sizes):
        x = at(number, low)[0]
        label = f"{size} 条成交/失败"
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - 24}" text-anchor="middle" fill="#6b7280">{label}</text>')
    for row, (side, (label, colour)) in enumerate(LINES.items()):
        points = [at(number, value) for number, value in enumerate(auc[side])]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in points]
        parts.append(f'<text x="{WIDTH - 200}" y="{TOP + 150 + 20 * row}" fill="{colour}">● {label}</text>')
    path.write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def main(rounds: int = 20) -> None:
    """Measure and draw."""
    leads, won = closed_leads()
    auc: dict[str, list[float]] = {"ours": [], "bayes": []}
    for size in SIZES:
        found = small_samples(leads, won, size, rounds)
        auc["ours"].append(statistics.fmean(one.auc for one, _ in found))
        auc["bayes"].append(statistics.fmean(other.auc for _, other in found))
        print(f"{size}: {auc['ours'][-1]:.3f} against {auc['bayes'][-1]:.3f}")
    draw(SIZES, auc, ROOT / "docs" / "pictures" / "odds.svg")


if __name__ == "__main__":
    main()
