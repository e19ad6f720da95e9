// The view of training: tier, memory, time with its band, cost and energy, the best
// plans and the time against the number of devices.

import { h } from './dom.js';
import { t, named } from './words.js';
import { band, bytes, count, digits, flops, kg, kwh, percent, seconds, tokens, usd, whole } from './format.js';
import { breakdown, curve, interval, legend, memoryBar, tierScale } from './charts.js';
import { badge, figureOf, notes, section, stats, tierNames, verdictOf } from './figure.js';
import { withFlags } from './state.js';
import { table } from './table.js';

/** What the sliders show where the question leaves it open. */
export const shown = (a) => ({ seq: a.workload.seq, batch: a.plan.global_batch, 'micro-batch': a.plan.micro_batch });

const memoryParts = (m) => ['weights', 'gradients', 'optimizer', 'activations', 'logits', 'communication', 'teacher', 'overhead'].map((key) => {
  const value = m[`${key}_bytes`] ?? 0;
  return { name: named('derived', key), value, bytes: value, derive: `memory/${key}`, color: key };
});

// The terms of a step in JSON, with the name of each in derivations and its colour.
const terms = {
  products: ['matrix products', 'weights'], attention: ['attention', 'gradients'], memory_ops: ['memory-bound kernels', 'activations'], launch: ['launch', 'overhead'],
  tensor_comm: ['tensor-parallel traffic', 'optimizer'], expert_comm: ['expert all-to-all', 'logits'], context: ['context exchange', 'communication'], pipeline: ['pipeline transfers', 'cache'],
  bubble: ['pipeline bubble', 'state'], data_comm: ['data-parallel traffic', 'logits'], optimizer: ['optimizer', 'optimizer'], stragglers: ['stragglers', 'communication'],
  fixed: ['fixed', 'overhead'], offload: ['host transfers', 'cache'],
};

const stepParts = (time) => Object.entries(terms).map(([key, [name, color]]) => ({ name: named('term', name), value: time.step_terms?.[`${key}_seconds`] ?? 0, derive: `time/${name}`, color }));

/** The layout of a plan in the words of the command line. */
export const layoutOf = (p) => [
  ...['tp', 'pp', 'vp', 'cp', 'ep', 'dp'].filter((d) => p[d] > 1).map((d) => d + p[d]), p.sharding !== 'none' && p.sharding, p.micro_batch && `mb${p.micro_batch}`, p.recompute !== 'none' && `${p.recompute}-recompute`,
].filter(Boolean).join(' ');

/** The time, the money and the energy of what is asked: a run, or one step. */
function whole_(a) {
  const g = a.goodput;
  if (g) return { run: true, time: { value: g.run_seconds, low: g.run_low_seconds, high: g.run_high_seconds }, cost: g.cost, energy: g.energy };
  return { run: false, time: { value: a.time.step_seconds, low: a.time.step_low_seconds, high: a.time.step_high_seconds }, cost: a.cost, energy: a.energy };
}

/** The answer in a sentence. */
export function sentence(a) {
  const w = whole_(a);
  return `${a.model.name}, ${a.hardware.devices} × ${a.hardware.name}: ${t(`verdict.${verdictOf(a.memory)}`)}, ${seconds(w.time.value)}`;
}

/** The answer. */
export function show(c, q, a) {
  const verdict = verdictOf(a.memory);
  const w = whole_(a);
  const figure = figureOf(q);
  const parts = memoryParts(a.memory);
  const m = a.memory;
  return [
    h('header', { class: `verdict ${verdict}` },
      h('p', { class: 'subject' }, h('strong', {}, a.model.name), ` ${t('on')} ${whole(a.hardware.devices)} × ${a.hardware.name}`),
      h('h1', {}, badge(verdict), h('span', { class: 'headline' }, verdict === 'does-not-fit' ? t('needs.of', bytes(m.total_bytes), bytes(m.device_bytes)) : [
        figure(w.run ? 'run/expected' : 'time/step', seconds(w.time.value), t('stat.time')), ` `, h('small', {}, `(${band(w.time.low, w.time.high, seconds, w.time.value)})`),
        w.cost?.usd ? [h('span', { class: 'dotsep', 'aria-hidden': 'true' }, ' · '), figure(w.run ? 'cost/cost' : '', usd(w.cost.usd), t('stat.cost')), ' ', h('small', {}, `(${band(w.cost.usd_low, w.cost.usd_high, usd)})`)] : ''])),
      h('p', { class: 'lead' }, lead(a))),
    tier(c, a),
    h('section', { class: 'block' }, h('h2', {}, t('memory.per.device')),
      memoryBar({ parts, total: m.total_bytes, device: m.device_bytes, band: [m.low_bytes, m.high_bytes], verdict, label: t('memory.label', bytes(m.total_bytes), bytes(m.device_bytes)) }),
      legend([...parts, { name: t('total'), value: m.total_bytes, derive: 'memory/total', color: 'none' }], bytes, figure)),
    h('div', { id: 'train-fixes' }),
    w.run && timeline(a, w),
    section(t('step', seconds(a.time.step_seconds)),
      breakdown(stepParts(a.time), a.time.step_seconds, t('step', seconds(a.time.step_seconds))),
      legend(stepParts(a.time).sort((x, y) => y.value - x.value), (v) => `${seconds(v)} · ${percent(v / a.time.step_seconds)}`, figure)),
    stats(q, figures(a, w)),
    h('div', { class: 'tables', id: 'train-tables' }),
    notes(a.notes),
  ];
}

function lead(a) {
  const w = a.workload;
  const length = w.tokens ? t('train.tokens', count(w.tokens)) : t('one.step');
  return [length, t('train.seq', tokens(w.seq)), t('train.batch', a.plan.global_batch), `${w.stack}${w.stack_assumed ? ` (${t('assumed')})` : ''}`, layoutOf(a.plan)].join(' · ');
}

function tier(c, a) {
  const names = tierNames();
  const i = ['small', 'medium', 'large', 'very-large'].indexOf(a.model.tier);
  return section(t('tier', count(a.model.params)), tierScale({ bounds: c.bounds, params: a.model.params, names, tier: i, label: t('tier.label', a.model.name, names[i]) }));
}

function timeline(a, w) {
  const dots = (a.published ?? []).filter((p) => p.days).map((p) => ({ value: p.days * 86400, title: `${t('published')}: ${seconds(p.days * 86400)} (${p.source})` }));
  return section(t('run.time'),
    interval({ ...w.time, mid: w.time.value, dots, form: seconds, label: t('run.label', seconds(w.time.value), band(w.time.low, w.time.high, seconds, w.time.value)) }),
    h('p', { class: 'aside' }, t('run.band'), dots.length > 0 && [' ', h('span', { class: 'dotkey', 'aria-hidden': 'true' }), ` ${t('published')}: ${dots.map((d) => seconds(d.value)).join(', ')}`]));
}

function figures(a, w) {
  return [
    { name: t('stat.tokens'), value: a.time.tokens_per_second || undefined, form: count },
    { name: t('stat.mfu'), value: a.time.mfu, form: percent, derive: 'time/MFU (megatron)', note: a.time.hfu !== a.time.mfu && `HFU ${percent(a.time.hfu)}` },
    { name: t('stat.hours'), value: a.goodput?.device_hours ?? a.time.device_hours, form: count },
    { name: t('stat.energy'), value: w.energy?.kwh, low: w.energy?.kwh_low, high: w.energy?.kwh_high, form: kwh, derive: w.run ? 'cost/energy' : '' },
    { name: t('stat.co2'), value: w.energy?.kg_co2, form: kg, derive: w.run ? 'cost/CO2' : '' },
    { name: t('stat.flops'), value: a.compute.model_flops_megatron ?? a.compute.model_flops, form: flops, derive: 'compute/model FLOPs (megatron)' },
    { name: t('stat.storage'), value: a.storage.total_bytes, form: bytes, derive: 'storage/checkpoint' },
    { name: t('stat.failures'), value: a.goodput?.failures, form: digits },
  ];
}

/** What follows the answer: what would fit, the best plans, and other numbers of devices. */
export async function follow(c, q, a, container) {
  const { mfu, ...forPlan } = q.args;
  const counts = [...new Set([1 / 4, 1 / 2, 1, 2, 4].map((f) => Math.round(a.hardware.devices * f)).filter((n) => n >= 1))];
  const [plan, scale, fixes] = await Promise.all([
    c.ask('plan', { ...forPlan, top: 8 }, 'plan'),
    c.ask('compare', { ...q.args, on: counts.map((n) => (n > 1 ? `${q.on}x${n}` : q.on + 'x1')) }, 'scale'),
    verdictOf(a.memory) === 'fits' ? [] : fixesOf(c, q, a),
  ]);
  if (!plan || !scale || !fixes) return;
  document.getElementById('train-fixes')?.replaceChildren(...fixButtons(c, fixes));
  container.replaceChildren(...[plansTable(c, plan), scaleChart(a, scale)].filter(Boolean));
}

/** Changes that may make a training run fit, tried on the server. */
async function fixesOf(c, q, a) {
  const tries = [
    ...(a.advice ?? []).map((advice) => ({ flags: advice.change, body: withFlags({ ...q, args: {} }, advice.change, c.known).args, say: () => advice.change })),
    { flags: `--on ${q.on}`, body: { on: [q.on] }, say: (r) => t('fix.devices', whole(r.hardware.devices), r.hardware.name) },
    { flags: '--method lora', body: { method: 'lora' }, say: () => t('fix.lora') },
    { flags: '--method qlora', body: { method: 'qlora' }, say: () => t('fix.qlora') },
  ];
  const answers = await Promise.all(tries.map((f, i) => c.ask('estimate', { ...q.args, ...f.body }, `fix${i}`)));
  return tries.map((f, i) => ({ ...f, answer: answers[i] })).filter((f) => f.answer && verdictOf(f.answer.memory) === 'fits');
}

function fixButtons(c, fixes) {
  if (!fixes.length) return [];
  return [section(t('would.fit'), h('ul', { class: 'fixes' }, fixes.map((f) => h('li', {}, h('button', {
    type: 'button', 'data-key': `fix-${f.flags}`, onclick: () => c.apply(f.flags.startsWith('--on') ? `--on ${f.answer.hardware.device}x${f.answer.hardware.devices}` : f.flags),
  }, h('span', { class: 'what' }, f.say(f.answer)), h('span', { class: 'effect' }, `${bytes(f.answer.memory.total_bytes)} · ${seconds(whole_(f.answer).time.value)}`))))))];
}

function plansTable(c, plan) {
  if (!plan.top?.length) return null;
  const run = (r) => whole_(r);
  const use = (r) => c.apply(['tp', 'pp', 'vp', 'cp', 'ep', 'dp'].filter((d) => r.plan[d] >= 1).map((d) => `--${d} ${r.plan[d]}`).concat(`--micro-batch ${r.plan.micro_batch}`, `--sharding ${r.plan.sharding}`, `--recompute ${r.plan.recompute}`).join(' '));
  return section(t('plans'), table({
    caption: t('plans.caption', plan.search ? whole(plan.search.candidates) : ''), rows: plan.top, pick: use, columns: [
      { key: 'layout', head: t('layout'), cell: (r) => layoutOf(r.plan), sort: (r) => layoutOf(r.plan) },
      { key: 'step', head: t('step.head'), right: true, cell: (r) => `${seconds(r.time.step_seconds)}`, sort: (r) => r.time.step_seconds },
      { key: 'mfu', head: 'MFU', right: true, cell: (r) => percent(r.time.mfu), sort: (r) => r.time.mfu },
      { key: 'memory', head: t('memory'), right: true, cell: (r) => bytes(r.memory.total_bytes), sort: (r) => r.memory.total_bytes },
      { key: 'verdict', head: t('verdict'), cell: (r) => badge(verdictOf(r.memory)), sort: (r) => verdictOf(r.memory) },
      { key: 'time', head: t('run.time'), right: true, cell: (r) => `${seconds(run(r).time.value)} (${band(run(r).time.low, run(r).time.high, seconds, run(r).time.value)})`, sort: (r) => run(r).time.value },
      { key: 'cost', head: t('stat.cost'), right: true, cell: (r) => (run(r).cost?.usd ? usd(run(r).cost.usd) : '–'), sort: (r) => run(r).cost?.usd ?? 0 },
    ],
  }));
}

function scaleChart(a, scale) {
  const rows = scale.rows.filter((r) => r.time && verdictOf(r.memory) !== 'does-not-fit');
  if (rows.length < 2) return null;
  const points = rows.map((r) => {
    const w = whole_(r);
    return { x: r.hardware.devices, low: w.time.low, mid: w.time.value, high: w.time.high, label: `${r.hardware.devices}: ${seconds(w.time.value)}${w.cost?.usd ? `, ${usd(w.cost.usd)}` : ''}` };
  });
  return section(t('scale'), h('figure', {},
    curve({ points, form: seconds, formX: whole, marked: a.hardware.devices, axis: t('devices'), label: t('scale.label', points.map((p) => p.label).join('; ')) }),
    h('figcaption', {}, t('scale.caption'))));
}
