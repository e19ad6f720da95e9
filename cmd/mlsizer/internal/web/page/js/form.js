// The question as fields. Every field changes one argument; what is left empty is
// chosen by the program, and the answer says how.

import { h } from './dom.js';
import { t, named } from './words.js';
import { bytes, count, digits, tokens, usd } from './format.js';
import { choice, combo, entry, slider } from './combo.js';

const powers = (from, to) => Array.from({ length: Math.round(Math.log2(to / from)) + 1 }, (_, i) => from * 2 ** i);

/** A whole number as people type it: 8k, 8192, 1,024. NaN where it is none. */
export function parseCount(text) {
  const m = /^\s*([\d.,]+)\s*([kmbt]?)i?\s*$/i.exec(text);
  if (!m) return NaN;
  const unit = { '': 1, k: 1024, m: 2 ** 20, b: 1e9, t: 1e12 }[m[2].toLowerCase()];
  return Math.round(Number(m[1].replaceAll(',', '')) * unit);
}

const searchText = (...parts) => parts.flat().join(' ').toLowerCase();

/** The models to choose from. */
export const modelOptions = (models) => models.map((m) => ({
  value: m.name, label: m.name, note: `${count(m.params)} · ${named('tier', m.tier)} · ${named('field', m.field)}`, search: searchText(m.name, m.aliases ?? [], m.field, m.tier),
}));

/** The devices to choose from. */
export const deviceOptions = (devices) => devices.map((d) => ({
  value: d.aliases?.[0] ?? d.id, label: d.name, note: `${bytes(d.memory_bytes)}${d.usd_per_hour ? ` · ${t('per.hour', usd(d.usd_per_hour))}` : ''}`, search: searchText(d.id, d.name, d.aliases ?? [], d.vendor, d.kind),
}));

/** The fields of a view. c has the question, the catalogues and change(f, rebuild). */
export function fieldsOf(c) {
  const q = c.q();
  return { run: runFields, train: trainFields, card: cardFields, compare: () => [] }[q.view](c, q);
}

const setArg = (c, name) => (value) => c.change((q) => { if (value) q.args[name] = String(value); else delete q.args[name]; });

function modelField(c, q) {
  const f = combo({ id: 'model', label: t('model'), value: q.model, options: () => c.options.models, placeholder: 'llama-3.1-8b · 7B', change: (v) => (v.startsWith('{') ? c.pasted(v) : c.change((next) => { next.model = v; }, true)) });
  f.input.addEventListener('paste', (e) => {
    const text = e.clipboardData?.getData('text') ?? '';
    if (text.trim().startsWith('{')) { e.preventDefault(); c.pasted(text); }
  });
  const file = h('input', { type: 'file', id: 'file', class: 'unseen', accept: '.json,.safetensors,.gguf', onchange: () => file.files[0] && c.opened(file.files[0]) });
  return h('div', { class: 'group' }, f.field, h('p', { class: 'aside' }, h('label', { for: 'file', class: 'filelabel' }, t('file.open'), file), h('span', {}, t('file.paste'))));
}

function deviceFields(c, q) {
  const device = combo({ id: 'device', label: t('device'), value: q.on, options: () => c.options.devices, placeholder: 'h100', change: (v) => c.change((next) => { [next.on, next.count] = c.split(v, next.count); }, true) });
  const most = q.view === 'train' ? 32768 : 64;
  const devices = slider({ id: 'count', label: t('devices'), values: powers(1, most), value: q.count, form: String, parse: (s) => Math.min(Math.max(Math.round(Number(s)), 1), 1e6) || 0, change: (v) => c.change((next) => { next.count = v; }) });
  return h('div', { class: 'group' }, device.field, devices.field);
}

/** A slider of an argument, which shows the value of the answer until it is moved. */
function argSlider(c, q, name, id, values, form, fallback, label = t(`arg.${name}`)) {
  const s = slider({ id, label, values, value: parseCount(q.args[name] ?? '') || fallback, form, parse: parseCount, change: (v) => setArg(c, name)(v) });
  c.onAnswer((shown) => { if (!q.args[name] && shown[name]) s.set(shown[name]); });
  return s.field;
}

function runFields(c, q) {
  const tune = settings(
    argSlider(c, q, 'context', 'context', powers(512, 2 ** 20), tokens, 8192),
    argSlider(c, q, 'batch', 'batch', powers(1, 1024), String, 1, t('arg.sequences')),
    choice({ id: 'weights', label: t('arg.weights'), value: q.args.weights ?? '', options: [['', t('as.published')], ...weightChoices.map((w) => [w, w])], change: setArg(c, 'weights') }).field);
  const more = [
    choice({ id: 'runtime', label: t('arg.runtime'), value: q.args.runtime ?? '', options: [['', t('chosen')], ...c.choices('infer', 'runtime', ['vllm', 'sglang', 'trt-llm', 'llama.cpp', 'mlx', 'exllamav2', 'transformers']).map((v) => [v, v])], change: setArg(c, 'runtime') }).field,
    choice({ id: 'kv', label: t('arg.kv'), value: q.args.kv ?? '', options: [['', t('chosen')], ...['f16', 'fp8', 'q8_0', 'q4_0'].map((v) => [v, v])], change: setArg(c, 'kv') }).field,
    choice({ id: 'offload', label: t('arg.offload'), value: q.args.offload ?? '', options: [['', t('none')], ['layers', t('offload.layers')], ['experts', t('offload.experts')]], change: setArg(c, 'offload') }).field,
    entry({ id: 'prompt', label: t('arg.prompt'), value: q.args.prompt ?? '', placeholder: t('chosen'), change: setArg(c, 'prompt') }).field,
    ...moneyFields(c, q),
  ];
  return [modelField(c, q), deviceFields(c, q), tune, moreFields(c, q, ['runtime', 'kv', 'offload', 'prompt', 'price', 'cloud', 'price-kind'], more)];
}

const weightChoices = ['bf16', 'fp8', 'int8', 'awq', 'gptq', 'nf4', 'nvfp4', 'mxfp4', 'q8_0', 'q6_k', 'q5_k_m', 'q4_k_m', 'iq4_xs', 'q3_k_m', 'q2_k'];

function trainFields(c, q) {
  const samples = c.model()?.field && ['cv', 'speech', 'image-generation', 'science', 'rl'].includes(c.model().field);
  const length = samples ? 'samples' : 'tokens';
  const tune = settings(
    entry({ id: 'length', label: t(`arg.${length}`), value: q.args[length] ?? '', placeholder: t('one.step'), change: setArg(c, length) }).field,
    choice({ id: 'method', label: t('arg.method'), value: q.args.method ?? '', options: [['', t('method.pretrain')], ...c.choices('estimate', 'method', ['full', 'lora', 'qlora']).filter((m) => m !== 'pretrain').map((m) => [m, m])], change: setArg(c, 'method') }).field,
    argSlider(c, q, 'seq', 'seq', powers(512, 2 ** 18), tokens, 8192),
    argSlider(c, q, 'batch', 'batch', powers(1, 16384), String, 512),
    argSlider(c, q, 'micro-batch', 'micro-batch', powers(1, 64), String, 1));
  const more = [
    choice({ id: 'stack', label: t('arg.stack'), value: q.args.stack ?? '', options: [['', t('chosen')], ...c.choices('estimate', 'stack', []).map((v) => [v, v])], change: setArg(c, 'stack') }).field,
    choice({ id: 'recompute', label: t('arg.recompute'), value: q.args.recompute ?? '', options: [['', t('chosen')], ...['none', 'selective', 'full'].map((v) => [v, v])], change: setArg(c, 'recompute') }).field,
    choice({ id: 'precision', label: t('arg.precision'), value: q.args.precision ?? '', options: [['', t('chosen')], ...['bf16', 'fp16', 'fp8', 'fp32'].map((v) => [v, v])], change: setArg(c, 'precision') }).field,
    h('div', { class: 'row' }, ['tp', 'pp', 'cp', 'ep', 'dp'].map((d) => entry({ id: d, label: d.toUpperCase(), value: q.args[d] ?? '', placeholder: '·', change: setArg(c, d) }).field)),
    ...moneyFields(c, q),
  ];
  return [modelField(c, q), deviceFields(c, q), tune, moreFields(c, q, ['stack', 'recompute', 'precision', 'tp', 'pp', 'cp', 'ep', 'dp', 'price', 'cloud', 'price-kind'], more)];
}

/** The fields that are moved most. On a narrow screen the answer comes first and they are folded away. */
function settings(...fields) {
  return h('details', { class: 'settings', open: !matchMedia('(max-width: 44rem)').matches || settingsOpen, ontoggle: (e) => { settingsOpen = e.target.open; } }, h('summary', {}, t('settings')), h('div', { class: 'group' }, fields));
}

let settingsOpen = false;

function moneyFields(c, q) {
  const price = c.device()?.usd_per_hour;
  const exclusive = (name, others) => (value) => c.change((next) => {
    if (value) next.args[name] = value; else delete next.args[name];
    if (value) for (const o of others) delete next.args[o];
  }, true);
  return [h('div', { class: 'row' },
    entry({ id: 'price', label: t('arg.price'), value: q.args.price ?? '', placeholder: price ? `$${digits(price)}` : '$', change: exclusive('price', ['cloud', 'price-kind']) }).field,
    choice({ id: 'cloud', label: t('arg.cloud'), value: q.args.cloud ?? '', options: [['', t('cloud.median')], ...c.choices('estimate', 'cloud', []).map((v) => [v, v])], change: exclusive('cloud', ['price']) }).field,
    choice({ id: 'price-kind', label: t('arg.price-kind'), value: q.args['price-kind'] ?? '', options: [['', 'on-demand'], ...c.choices('estimate', 'price-kind', []).filter((v) => v !== 'on-demand').map((v) => [v, v])], change: exclusive('price-kind', ['price']) }).field)];
}

function cardFields(c, q) {
  return [deviceFields(c, q), h('p', { class: 'aside' }, t('card.how'))];
}

/** Fields that most questions leave alone; open where one of them is set. */
function moreFields(c, q, names, fields) {
  const set = names.some((n) => q.args[n]);
  return h('details', { class: 'more', open: set || c.moreOpen(), ontoggle: (e) => c.moreOpen(e.target.open) }, h('summary', {}, t('more')), h('div', { class: 'group' }, fields));
}
