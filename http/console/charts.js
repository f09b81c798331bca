// Lines over time, drawn by Chart.js as Debian packages it (window.Chart).

import {h} from './dom.js';

const shown = new Set();

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function hour(seconds, spanned) {
  const when = new Date(seconds * 1000);
  if (spanned > 2 * 86400)
    return when.toLocaleDateString('en-GB', {day: 'numeric', month: 'short'});
  return when.toLocaleTimeString('en-GB', spanned > 600
    ? {hour: '2-digit', minute: '2-digit'} : {});
}

function paint(chart) {
  const soft = colour('--soft'), line = colour('--line');
  for (const axis of Object.values(chart.options.scales)) {
    axis.ticks.color = soft;
    axis.grid.color = line;
    axis.grid.borderColor = line;
  }
  const tip = chart.options.plugins.tooltip;
  tip.backgroundColor = colour('--tip');
  tip.titleColor = tip.bodyColor = colour('--tip-ink');
  chart.data.datasets.forEach((set) => {
    set.borderColor = colour(set.tone);
    set.backgroundColor = colour(`${set.tone}-wash`);
  });
}

/** All charts in the colours in force. */
export function repaint() {
  for (const chart of shown) {
    paint(chart);
    chart.update('none');
  }
}

function optionsOf(unit) {
  return {
    animation: false, responsive: true, maintainAspectRatio: false,
    normalized: true, parsing: false,
    interaction: {mode: 'nearest', axis: 'x', intersect: false},
    elements: {point: {radius: 0, hitRadius: 12},
               line: {borderWidth: 2, tension: 0.25}},
    plugins: {
      legend: {display: false},
      tooltip: {padding: 10, cornerRadius: 8, displayColors: false, callbacks: {
        title: ([at]) => new Date(at.parsed.x * 1000).toLocaleTimeString('en-GB'),
        label: (at) => `${at.dataset.label}: ${unit(at.parsed.y)}`,
      }},
    },
    scales: {
      x: {type: 'linear', bounds: 'data', grid: {display: false},
          ticks: {maxRotation: 0, maxTicksLimit: 6, autoSkipPadding: 24,
                  callback(value) { return hour(value, this.max - this.min); }}},
      y: {beginAtZero: true, suggestedMax: 1, grid: {drawBorder: false},
          ticks: {maxTicksLimit: 4, callback: (value) => unit(value)}},
    },
  };
}

/**
 * A chart; `update([[[unix_s, value], …], …])` gives its lines.
 * @param label What it shows, for those who do not see it.
 * @param lines `[{name, tone}]`, tone: a colour variable of console.css.
 * @param unit Writes a value.
 */
export function lineChart(label, lines, unit, signal) {
  const canvas = h('canvas', {role: 'img', 'aria-label': label});
  const node = h('div', {class: 'chart few'}, canvas);
  if (!window.Chart) return Object.assign(node, {update() {}});
  const font = getComputedStyle(document.body).fontFamily;
  window.Chart.defaults.font.family = font;
  window.Chart.defaults.font.size = 12;
  let chart = null;
  const start = () => {
    chart = new window.Chart(canvas, {
      type: 'line', options: optionsOf(unit),
      data: {datasets: lines.map(({name, tone}) => (
        {label: name, tone, data: [], fill: lines.length === 1}))},
    });
    paint(chart);
    shown.add(chart);
  };
  signal.addEventListener('abort', () => {
    shown.delete(chart);
    chart?.destroy();
  });
  node.update = (all) => {
    if (signal.aborted || !canvas.isConnected) return;
    // A line needs two ends.
    const few = all.every((points) => points.length < 2);
    node.classList.toggle('few', few);
    if (few) return;
    if (!chart) start();
    all.forEach((points, at) => {
      chart.data.datasets[at].data = points.map(([x, y]) => ({x, y}));
    });
    const last = all.map((points, at) => points.length
      ? `${lines[at].name} ${unit(points.at(-1)[1])}` : '').filter(Boolean);
    canvas.setAttribute('aria-label', last.length
      ? `${label}; last: ${last.join(', ')}` : `${label}; no values yet`);
    chart.update('none');
  };
  return node;
}
