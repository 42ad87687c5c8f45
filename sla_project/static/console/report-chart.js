// <report-chart>: bars drawn by Chart.js from the JSON that its data-source names. The table beside it has the numbers.

class ReportChart extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", this.dataset.label);
    this.draw = () => this.redraw();
    document.addEventListener("theme-change", this.draw);
    this.redraw();
  }

  disconnectedCallback() {
    document.removeEventListener("theme-change", this.draw);
    this.chart?.destroy();
  }

  redraw() {
    const data = JSON.parse(document.getElementById(this.dataset.source).textContent);
    this.chart?.destroy();
    const canvas = document.createElement("canvas");
    this.replaceChildren(canvas);
    const counts = this.dataset.kind === "counts";
    if (data.sideways) this.style.height = `${Math.max(9, 3 + 1.75 * data.labels.length)}rem`;
    this.chart = new Chart(canvas, {
      type: "bar",
      data: { labels: data.labels, datasets: counts ? this.counts(data) : this.attainment(data) },
      options: this.options(counts, data.sideways),
    });
  }

  counts(data) {
    return [["met", "good"], ["late", "late"], ["missed", "bad"]].map(([name, tone]) => ({
      label: this.dataset[name], data: data[name], backgroundColor: color(`--state-${tone}-fill`), maxBarThickness: 44,
    }));
  }

  attainment(data) {
    const fill = color("--state-run-fill");
    return [{ label: this.dataset.attainment, data: data.attainment, backgroundColor: fill, maxBarThickness: 44 }];
  }

  options(counts, sideways) {
    const ink = color("--ink-2");
    const value = { stacked: counts, beginAtZero: true, ticks: { color: ink, precision: 0 }, grid: { color: color("--line") } };
    if (!counts) value.max = 100;
    const name = { stacked: counts, ticks: { color: ink, callback: shortened }, grid: { display: false } };
    return {
      animation: false,
      indexAxis: sideways ? "y" : "x",
      maintainAspectRatio: false,
      plugins: { legend: { display: false } },
      scales: sideways ? { x: value, y: name } : { x: name, y: value },
    };
  }
}

function shortened(index) {
  const label = this.getLabelForValue(index);
  const room = Math.min(28, Math.floor(this.chart.width / 14)); // names get less than half of a narrow chart
  return label.length > room ? `${label.slice(0, room - 1)}…` : label;
}

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

customElements.define("report-chart", ReportChart);
