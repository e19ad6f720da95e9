// The reverse view: a device, and the models that run on it, best first.

import { h } from './dom.js';
import { t, named } from './words.js';
import { band, bytes, count, digits, tokens } from './format.js';
import { badge, section, verdictOf } from './figure.js';
import { table } from './table.js';
import { onOf, toHash, initial } from './state.js';

const storages = ['bf16', 'q8_0', 'q4_k_m'];

const first = 60; // rows that are shown at once

let filters = { text: '', field: '', fits: true, least: 0 };

/** The models that run on the devices of the question. */
export async function rowsOf(c, q) {
  if (c.has('fit')) {
    const answer = await c.must('fit', { on: [onOf(q)], ...q.args });
    return answer.rows.map((r) => ({ model: r.model.name ?? r.model, params: r.model.params ?? c.paramsOf(r.model), field: c.fieldOf(r.model.name ?? r.model), weights: r.weights, verdict: r.verdict, context: r.context ?? 0, memory: r.memory_bytes ?? r.memory?.total_bytes ?? 0, speed: r.tokens_per_second ?? 0, low: r.low ?? 0, high: r.high ?? 0 }));
  }
  return tried(c, q);
}

/** The same by asking for every model that could fit, for servers without the command. */
async function tried(c, q) {
  const room = (c.device()?.memory_bytes ?? 0) * q.count;
  const models = c.models.filter((m) => ['nlp', 'multimodal'].includes(m.field) && m.params >= 3e8 && m.params * 0.6 < room).map((m) => m.name);
  const rows = [];
  for (let i = 0; i < models.length; i += 60) {
    const answer = await c.must('compare', { models: models.slice(i, i + 60), on: [onOf(q)], weights: storages, ...(q.args.context ? { context: q.args.context } : {}) });
    rows.push(...answer.rows);
  }
  return best(rows.filter((r) => r.throughput?.decode_tokens_per_second)).map((r) => ({
    model: r.model.name, params: r.model.params, field: r.model.field, weights: r.workload.weights, verdict: verdictOf(r.memory), context: r.max_context ?? 0,
    memory: r.memory.total_bytes, speed: r.throughput.decode_tokens_per_second, low: r.throughput.low, high: r.throughput.high,
  }));
}

/** Of each model the row with the most exact weights that fits, else its smallest. */
function best(rows) {
  const of = new Map();
  for (const r of rows) {
    const kept = of.get(r.model.name);
    const fits = (x) => verdictOf(x.memory) === 'fits';
    if (!kept || (!fits(kept) && (fits(r) || r.memory.total_bytes < kept.memory.total_bytes))) of.set(r.model.name, r);
  }
  return [...of.values()].sort((a, b) => b.model.params - a.model.params);
}

/** The answer in a sentence. */
export const sentence = (rows, q) => t('card.sentence', rows.filter((r) => r.verdict === 'fits').length, onOf(q));

/** The answer. */
export function show(c, q, rows) {
  const fits = rows.filter((r) => r.verdict === 'fits').length;
  const list = h('div', { class: 'results' });
  const fields = [...new Set(rows.map((r) => r.field))].filter(Boolean);
  let all = false;
  const draw = () => {
    const found = rows.filter(chosen);
    const rest = all ? 0 : found.length - first;
    list.replaceChildren(rowsTable(q, rest > 0 ? found.slice(0, first) : found, found.length),
      ...(rest > 0 ? [h('p', {}, h('button', { type: 'button', class: 'link', onclick: () => { all = true; draw(); } }, t('card.rest', rest)))] : []));
  };
  const device = c.device();
  draw();
  return [
    h('header', { class: 'verdict' },
      h('p', { class: 'subject' }, h('strong', {}, `${q.count} × ${device?.name ?? q.on}`), device ? ` · ${bytes(device.memory_bytes * q.count)}` : ''),
      h('h1', {}, h('span', { class: 'headline' }, t('card.title', fits)))),
    h('div', { class: 'filters', role: 'search', 'aria-label': t('filter') },
      h('label', {}, t('filter.text'), h('input', { type: 'search', value: filters.text, oninput: (e) => { filters.text = e.target.value; draw(); } })),
      h('label', {}, t('filter.field'), h('select', { onchange: (e) => { filters.field = e.target.value; draw(); } }, h('option', { value: '' }, t('all')), fields.map((f) => h('option', { value: f, selected: f === filters.field }, named('field', f))))),
      h('label', {}, t('filter.speed'), h('input', { type: 'number', min: '0', step: '5', value: String(filters.least || ''), oninput: (e) => { filters.least = Number(e.target.value); draw(); } })),
      h('label', { class: 'check' }, h('input', { type: 'checkbox', checked: filters.fits, onchange: (e) => { filters.fits = e.target.checked; draw(); } }), t('filter.fits'))),
    section(t('card.list'), list),
  ];
}

const chosen = (r) => (!filters.text || r.model.includes(filters.text.toLowerCase())) && (!filters.field || r.field === filters.field) && r.speed >= filters.least && (!filters.fits || r.verdict !== 'does-not-fit');

function rowsTable(q, rows, found) {
  const open = (r) => toHash({ ...initial('run'), model: r.model, on: q.on, count: q.count, args: { weights: r.weights } });
  return table({
    caption: t('card.caption', found), rows, columns: [
      { key: 'model', head: t('model'), cell: (r) => h('a', { href: open(r) }, r.model), sort: (r) => r.model },
      { key: 'params', head: t('params'), right: true, cell: (r) => count(r.params), sort: (r) => r.params },
      { key: 'weights', head: t('arg.weights'), cell: (r) => r.weights, sort: (r) => r.weights },
      { key: 'verdict', head: t('verdict'), cell: (r) => badge(r.verdict), sort: (r) => r.verdict },
      { key: 'memory', head: t('memory'), right: true, cell: (r) => (r.memory ? bytes(r.memory) : '–'), sort: (r) => r.memory },
      { key: 'speed', head: t('tokens.per.second'), right: true, cell: (r) => (r.speed ? `${digits(r.speed)} (${band(r.low, r.high, digits)})` : '–'), sort: (r) => r.speed },
      { key: 'context', head: t('stat.context'), right: true, cell: (r) => (r.context ? tokens(r.context) : '–'), sort: (r) => r.context },
    ],
  });
}
