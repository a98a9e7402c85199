// Draws the charts of a dashboard from what stands beside them; without it the tables tell the same.
"use strict";

const drawn = [];

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function shown(value, unit) {
  if (value === null || value === undefined) return "—";
  return Number(value).toLocaleString("zh-CN") + (unit ? " " + unit : "");
}

function optionOf(spec, width) {
  const ink = color("--ink"), soft = color("--soft"), line = color("--line");
  const palette = [color("--c1"), color("--c2"), color("--c3"), color("--c4")];
  const tooltip = { renderMode: "richText", confine: true, valueFormatter: (value) => shown(value, spec.unit), backgroundColor: color("--paper"), borderColor: line, textStyle: { color: ink } };
  const base = { color: palette, textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily }, aria: { enabled: false }, animationDuration: 300, tooltip };
  if (spec.kind === "funnel") {
    const data = spec.labels.map((name, at) => ({ name, value: spec.series[0][1][at] || 0 }));
    return { ...base, tooltip: { ...tooltip, trigger: "item" }, series: [{ type: "funnel", left: "5%", width: "90%", top: 10, bottom: 10, sort: "none", minSize: "12%", gap: 2, data, label: { position: "inside", formatter: "{b} {c}", color: color("--on-main") }, itemStyle: { borderWidth: 0, color: palette[0] } }] };
  }
  const many = spec.series.length > 1;
  const crowded = spec.labels.join("").length * 13 + spec.labels.length * 14 > width - 60; // pixels that the names take side by side
  return {
    ...base,
    tooltip: { ...tooltip, trigger: "axis" },
    legend: many ? { top: 0, textStyle: { color: soft } } : undefined,
    grid: { left: 8, right: 16, top: many ? 36 : 12, bottom: 8, containLabel: true },
    xAxis: { type: "category", data: spec.labels, axisLabel: { color: soft, interval: 0, rotate: crowded ? 35 : 0 }, axisLine: { lineStyle: { color: line } } },
    yAxis: { type: "value", axisLabel: { color: soft }, splitLine: { lineStyle: { color: line } } },
    series: spec.series.map(([name, data]) => ({ name, data, type: spec.kind, barMaxWidth: 36, smooth: false, symbolSize: 7, itemStyle: spec.bad.includes(name) ? { color: color("--c-bad") } : spec.kind === "bar" ? { borderRadius: [4, 4, 0, 0] } : undefined })),
  };
}

function draw() {
  for (const one of drawn.splice(0)) one.dispose();
  for (const box of document.querySelectorAll("[data-chart]")) {
    const spec = JSON.parse(box.dataset.chart);
    const chart = window.echarts.init(box);
    chart.setOption(optionOf(spec, box.clientWidth));
    chart.on("click", (event) => { const link = spec.links[event.dataIndex]; if (link) window.location.assign(link); });
    drawn.push(chart);
  }
}

draw();
let waiting = 0;
window.addEventListener("resize", () => { clearTimeout(waiting); waiting = setTimeout(() => drawn.forEach((one) => one.resize()), 100); });
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
