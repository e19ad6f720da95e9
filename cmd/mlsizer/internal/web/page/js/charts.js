// Charts. Bars are boxes with a width in per cent, so that their text keeps its
// size on every screen; curves are SVG.

import { h, s } from './dom.js';
import { t } from './words.js';
import { bytes, digits } from './format.js';

const share = (part, whole) => `${(100 * part) / whole}%`;

/**
 * The memory of a device as a stacked bar against what there is.
 * parts: [{name, bytes, color, derive}]; band: [low, high] of the total.
 */
export function memoryBar({ parts, total, device, limit, band, verdict, label }) {
  const most = Math.max(device, total, band?.[1] ?? 0) * 1.04;
  const shown = parts.filter((p) => p.bytes > 0);
  return h('div', { class: `membar ${verdict}`, role: 'img', 'aria-label': label },
    h('div', { class: 'track' },
      h('div', { class: 'room', style: { width: share(device, most) } }),
      h('div', { class: 'stack', style: { width: share(total, most) } },
        shown.map((p) => h('span', { class: `c-${p.color}`, title: `${p.name} ${bytes(p.bytes)}`, style: { width: share(p.bytes, total) } }))),
      band && h('div', { class: 'band', title: t('band.80'), style: { left: share(band[0], most), width: share(band[1] - band[0], most) } }),
      limit && limit < device && h('div', { class: 'mark limit', title: t('memory.limit'), style: { left: share(limit, most) } }),
      h('div', { class: 'mark device', style: { left: share(device, most) } },
        h('span', { class: device > most * 0.75 ? 'before' : '' }, `${t('memory.device')} ${bytes(device)}`))));
}

/** What the colours of a bar stand for, each with its value. A value is a button where it has a derivation. */
export function legend(parts, form, figure) {
  return h('ul', { class: 'legend' }, parts.filter((p) => p.value > 0).map((p) =>
    h('li', {}, h('span', { class: `swatch c-${p.color}`, 'aria-hidden': 'true' }), h('span', { class: 'name' }, p.name), figure(p.derive, form(p.value), p.name))));
}

/** A bar of parts of one whole. */
export function breakdown(parts, total, label) {
  return h('div', { class: 'breakdown', role: 'img', 'aria-label': label },
    parts.filter((p) => p.value > 0).map((p) => h('span', { class: `c-${p.color}`, title: p.name, style: { width: share(p.value, total) } })));
}

/** Ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, as many as fit. */
export function logTicks(low, high) {
  const all = [];
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) for (const m of [1, 2, 5]) all.push(m * 10 ** e);
  const inside = all.filter((x) => x >= low * 0.999 && x <= high * 1.001);
  return inside.length > 5 ? inside.filter((x) => /^1/.test(String(x.toPrecision(1)))) : inside;
}

/**
 * An interval on a logarithmic axis, with published values as dots.
 * dots: [{value, title}].
 */
export function interval({ low, mid, high, dots = [], form, label }) {
  const all = [low, mid, high, ...dots.map((d) => d.value)];
  const [from, to] = [Math.min(...all) / 1.25, Math.max(...all) * 1.25];
  const at = (v) => `${(100 * Math.log(v / from)) / Math.log(to / from)}%`;
  const [size, unit] = form.shared(mid);
  const inUnit = (v) => `${digits(v / size)} ${unit}`;
  return h('div', { class: 'interval', role: 'img', 'aria-label': label },
    h('div', { class: 'axis' }),
    h('div', { class: 'span', style: { left: at(low), width: `calc(${at(high)} - ${at(low)})` } }),
    h('div', { class: 'mid', style: { left: at(mid) } }),
    h('span', { class: 'end', style: { left: at(low) } }, inUnit(low)),
    h('span', { class: 'end middle', style: { left: at(mid) } }, form(mid)),
    h('span', { class: 'end', style: { left: at(high) } }, inUnit(high)),
    dots.map((d) => h('div', { class: 'dot', title: d.title, style: { left: at(d.value) } })));
}

/**
 * A curve with its band over a logarithmic axis.
 * points: [{x, low, mid, high, label}], marked: the x of the question.
 */
export function curve({ points, form, formX, marked, label, axis }) {
  const [w, hgt, left, right, top, bottom] = [640, 250, 84, 28, 14, 44];
  const xs = points.map((p) => p.x);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [y0, y1] = [Math.min(...points.map((p) => p.low)) / 1.1, Math.max(...points.map((p) => p.high)) * 1.1];
  const [size, unit] = form.shared(points[0].mid);
  const X = (x) => left + ((w - left - right) * Math.log(x / x0)) / Math.log(x1 / x0 || Math.E);
  const Y = (y) => top + ((hgt - top - bottom) * Math.log(y1 / y)) / Math.log(y1 / y0);
  const path = (list) => `M${list.map(([x, y]) => `${X(x).toFixed(1)},${Y(y).toFixed(1)}`).join('L')}`;
  const area = [...points.map((p) => [p.x, p.high]), ...points.toReversed().map((p) => [p.x, p.low])];
  return s('svg', { viewBox: `0 0 ${w} ${hgt}`, class: 'curve', role: 'img', 'aria-label': label },
    logTicks(y0 / size, y1 / size).map((y) => [
      s('line', { x1: left, x2: w - right, y1: Y(y * size), y2: Y(y * size), class: 'grid' }),
      s('text', { x: left - 8, y: Y(y * size) + 4, class: 'tick end' }, `${digits(y, 1)} ${unit}`),
    ]),
    s('path', { d: `${path(area)}Z`, class: 'area' }),
    s('path', { d: path(points.map((p) => [p.x, p.mid])), class: 'line' }),
    points.map((p) => [
      s('circle', { cx: X(p.x), cy: Y(p.mid), r: p.x === marked ? 5.5 : 3.5, class: p.x === marked ? 'point marked' : 'point' }, s('title', {}, p.label)),
      s('text', { x: X(p.x), y: hgt - 24, class: 'tick middle' }, formX(p.x)),
    ]),
    s('text', { x: w - right, y: hgt - 4, class: 'tick end' }, axis));
}

/** The tiers of size as a scale, with a model on it. bounds: four counts. */
export function tierScale({ bounds, params, names, tier, label }) {
  const [from, to] = [bounds[0] / 10, bounds[3] * 10];
  const cuts = [from, bounds[0], bounds[1], bounds[2], to];
  const at = (n) => (100 * Math.log(Math.min(Math.max(n, from), to) / from)) / Math.log(to / from);
  return h('div', { class: 'tiers', role: 'img', 'aria-label': label },
    names.map((name, i) => h('span', { class: i === tier ? 'tier here' : 'tier', style: { width: `${at(cuts[i + 1]) - at(cuts[i])}%` } }, name)),
    h('i', { class: 'pin', style: { left: `${at(params)}%` } }));
}

/** A small bar in a cell of a table. */
export const cellBar = (value, most, verdict) => h('span', { class: `cellbar ${verdict}`, 'aria-hidden': 'true' }, h('i', { style: { width: share(Math.min(value, most), most) } }));

/** A factor: "1.31×". */
export const factor = (n) => `${digits(n)}×`;
