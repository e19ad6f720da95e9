// The view of serving: does it fit, how fast is it, and what would fit.

import { h } from './dom.js';
import { t } from './words.js';
import { bytes, count, digits, percent, seconds, tokens, usd, kwh, band } from './format.js';
import { cellBar, legend, memoryBar } from './charts.js';
import { badge, figureOf, notes, section, stats, verdictOf } from './figure.js';
import { table } from './table.js';

/** What the sliders show where the question leaves it open. */
export const shown = (a) => ({ context: a.workload.context, batch: a.workload.batch });

const parts = (m) => [
  ['weights', 'weights', 'memory/weights', 'weights'],
  ['kv_cache', 'kv_cache', 'memory/KV cache*', 'cache'],
  ['kv_padding', 'kv_padding', 'memory/KV cache, rounding', 'cache'],
  ['state', 'state', 'memory/state', 'state'],
  ['compute', 'compute', 'memory/compute buffers', 'optimizer'],
  ['overhead', 'overhead', 'memory/overhead', 'overhead'],
].map(([key, name, derive, color]) => ({ name: t(`memory.${name}`), value: m[`${key}_bytes`] ?? 0, bytes: m[`${key}_bytes`] ?? 0, derive, color }));

const speedOf = (a) => {
  const p = a.throughput ?? {};
  if (p.decode_tokens_per_second) return { value: p.decode_tokens_per_second, low: p.low, high: p.high, unit: t('tokens.per.second') };
  if (p.sequences_per_second) return { value: p.sequences_per_second, low: p.low, high: p.high, unit: t('sequences.per.second') };
  return null;
};

/** The answer in a sentence. */
export function sentence(a) {
  const s = speedOf(a);
  const said = s && verdictOf(a.memory) !== 'does-not-fit' ? `, ${digits(s.value)} ${s.unit}` : '';
  return `${a.model.name}, ${a.hardware.devices} × ${a.hardware.name}: ${t(`verdict.${verdictOf(a.memory)}`)}${said}`;
}

/** The answer. */
export function show(c, q, a) {
  const verdict = verdictOf(a.memory);
  const m = a.memory;
  const speed = speedOf(a);
  const figure = figureOf(q);
  const all = parts(m);
  return [
    h('header', { class: `verdict ${verdict}` },
      h('p', { class: 'subject' }, h('strong', {}, a.model.name), ` ${t('on')} ${a.hardware.devices} × ${a.hardware.name}`),
      h('h1', {}, badge(verdict), h('span', { class: 'headline' }, headline(figure, a, verdict, speed))),
      h('p', { class: 'lead' }, t('run.lead', a.workload.weights, tokens(a.workload.context), a.workload.batch, a.workload.runtime))),
    h('section', { class: 'block' },
      h('h2', {}, t('memory.per.device')),
      memoryBar({ parts: all, total: m.total_bytes, device: m.device_bytes, limit: m.budget_bytes, band: m.low_bytes ? [m.low_bytes, m.high_bytes] : null, verdict, label: t('memory.label', bytes(m.total_bytes), bytes(m.device_bytes)) }),
      legend([...all, { name: t('total'), value: m.total_bytes, derive: 'memory/total', color: 'none' }], bytes, figure)),
    wouldFit(c, a),
    stats(q, figures(a, verdict)),
    h('div', { class: 'tables', id: 'run-tables' }),
    notes(a.notes),
  ];
}

function headline(figure, a, verdict, speed) {
  if (verdict === 'does-not-fit' || !speed) return t('needs.of', bytes(a.memory.total_bytes), bytes(a.memory.budget_bytes ?? a.memory.device_bytes));
  return [figure('rates/decode, in all', digits(speed.value), speed.unit), ` ${speed.unit} `, h('small', {}, `(${band(speed.low, speed.high, digits)})`)];
}

function figures(a, verdict) {
  const p = a.throughput ?? {};
  const service = a.service ?? {};
  const only = (v) => (v ? v : undefined);
  return [
    verdict !== 'does-not-fit' && { name: t('stat.user'), value: only(p.decode_tokens_per_second_per_user), form: digits, derive: 'rates/decode, a user' },
    verdict !== 'does-not-fit' && { name: t('stat.ttft'), value: only(p.ttft_seconds), low: p.ttft_low_seconds, high: p.ttft_high_seconds, form: seconds, derive: 'prompt/first token' },
    verdict !== 'does-not-fit' && { name: t('stat.latency'), value: only(p.latency_seconds), low: p.latency_low_seconds, high: p.latency_high_seconds, form: seconds },
    { name: t('stat.prefill'), value: only(p.prefill_tokens_per_second), low: p.prefill_low, high: p.prefill_high, form: count, derive: 'rates/prefill' },
    { name: t('stat.context'), value: only(a.max_context), form: tokens, note: t('stat.context.at', a.workload.batch) },
    { name: t('stat.sequences'), value: only(a.max_sequences), form: String, note: t('stat.sequences.at', tokens(a.workload.context)) },
    { name: t('stat.load'), value: only(p.max_load_tokens_per_second), low: p.max_load_low, high: p.max_load_high, form: digits, derive: 'rates/full load' },
    { name: t('stat.usd.in'), value: only(service.usd_per_million_input_tokens), form: usd },
    { name: t('stat.usd.out'), value: only(service.usd_per_million_output_tokens), form: usd },
    { name: t('stat.usd'), value: only(p.usd_per_million_tokens), form: usd, derive: 'rates/cost a million, full load', note: p.usd_per_million_tokens_at_batch && t('stat.at.batch', usd(p.usd_per_million_tokens_at_batch), a.workload.batch) },
    { name: t('stat.kwh'), value: only(p.kwh_per_million_tokens ?? p.kwh_per_million_tokens_at_batch), form: kwh, derive: p.kwh_per_million_tokens ? 'rates/energy a million, full load' : 'rates/energy a million' },
    { name: t('stat.kv'), value: only(a.kv_bytes_per_token), form: bytes },
  ];
}

/** Changes that would fit, as buttons that make them. */
function wouldFit(c, a) {
  if (!a.options?.length) return null;
  return section(t('would.fit'), h('ul', { class: 'fixes' }, a.options.map((o, i) => h('li', {}, h('button', {
    type: 'button', 'data-key': `fix-${i}`, onclick: () => c.apply(o.flag),
  }, h('span', { class: 'what' }, o.text), h('span', { class: 'effect' }, o.decode_tokens_per_second ? `${digits(o.decode_tokens_per_second)} ${t('tokens.per.second')}` : bytes(o.memory_bytes ?? 0)))))));
}

const contexts = (longest) => [2048, 4096, 8192, 16384, 32768, 65536, 131072, 262144, 524288, 1048576].filter((n) => n <= Math.max(longest, 131072));
const storages = ['bf16', 'fp8', 'q8_0', 'q6_k', 'q5_k_m', 'q4_k_m', 'q3_k_m', 'q2_k'];

/** The tables that follow the answer: at every context, and at every storage. */
export async function follow(c, q, a, container) {
  if (!a.throughput?.decode_tokens_per_second) return;
  const weights = q.args.weights ?? a.workload.weights;
  const list = contexts(a.model.context ?? a.max_context ?? 0);
  const without = ({ prompt, answer, ...args }) => args;
  const base = { ...without(q.args), weights };
  const [byContext, byWeights] = await Promise.all([
    c.ask('compare', { ...base, context: list }, 'contexts'),
    c.ask('compare', { ...base, weights: storages, runtime: q.args.runtime, context: q.args.context ?? a.workload.context }, 'storages'),
  ]);
  if (!byContext || !byWeights) return;
  const pick = (name) => (row) => c.apply(`--${name} ${row.workload[name]}`);
  container.replaceChildren(
    section(t('every.context'), rowsTable(t('every.context'), byContext.rows, { key: 'context', head: t('arg.context'), cell: (r) => tokens(r.workload.context), sort: (r) => r.workload.context }, pick('context'), (r) => r.workload.context === a.workload.context)),
    section(t('every.storage'), rowsTable(t('every.storage'), byWeights.rows, { key: 'weights', head: t('arg.weights'), cell: (r) => r.workload.weights, sort: (r) => r.model_weights_bytes }, pick('weights'), (r) => r.workload.weights === a.workload.weights)));
}

function rowsTable(caption, rows, first, pick, picked) {
  const answered = rows.filter((r) => r.memory);
  const device = answered[0]?.memory.device_bytes ?? 1;
  return table({
    caption, plain: true, rows: answered, pick, picked, columns: [
      first,
      { key: 'memory', head: t('memory'), right: true, cell: (r) => [cellBar(r.memory.total_bytes, device, verdictOf(r.memory)), bytes(r.memory.total_bytes)], sort: (r) => r.memory.total_bytes },
      { key: 'share', head: t('of.device'), right: true, cell: (r) => percent(r.memory.total_bytes / r.memory.device_bytes), sort: (r) => r.memory.total_bytes / r.memory.device_bytes },
      { key: 'verdict', head: t('verdict'), cell: (r) => badge(verdictOf(r.memory)), sort: (r) => verdictOf(r.memory) },
      { key: 'speed', head: t('tokens.per.second'), right: true, cell: (r) => (verdictOf(r.memory) === 'does-not-fit' ? '–' : `${digits(r.throughput.decode_tokens_per_second)} (${band(r.throughput.low, r.throughput.high, digits)})`), sort: (r) => r.throughput.decode_tokens_per_second },
      { key: 'sequences', head: t('stat.sequences'), right: true, cell: (r) => String(r.max_sequences ?? 0), sort: (r) => r.max_sequences ?? 0 },
    ],
  });
}
