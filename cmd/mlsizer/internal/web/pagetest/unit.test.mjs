// The parts of the page that need no browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gguf } from './headers.mjs';

globalThis.document = { getElementById: () => ({}) };
globalThis.fetch = async () => ({ json: async () => ({ 'unit.years': 'years', 'unit.days': 'days', 'unit.h': 'h', 'unit.min': 'min', 'unit.s': 's', 'unit.ms': 'ms', 'unit.µs': 'µs' }) });

const page = '../page/js/';
const { load } = await import(`${page}words.js`);
await load('en');
const f = await import(`${page}format.js`);
const state = await import(`${page}state.js`);
const { ggufEnd, readModelFile } = await import(`${page}files.js`);
const { matching } = await import(`${page}combo.js`);
const { logTicks } = await import(`${page}charts.js`);
const { parseCount } = await import(`${page}form.js`);

test('numbers have three digits in a unit of their own', () => {
  for (const [said, want] of [
    [f.bytes(16060522496), '15.0 GiB'], [f.bytes(1023), '1020 B'], [f.bytes(1024), '1.00 KiB'], [f.bytes(0), '0 B'],
    [f.count(70553706496), '70.6B'], [f.count(999), '999'], [f.count(15e12), '15.0T'], [f.count(999600), '1.00M'],
    [f.seconds(33289516.557), '1.05 years'], [f.seconds(2 * 86400), '2.00 days'], [f.seconds(86400), '24.0 h'], [f.seconds(0.948), '948 ms'], [f.seconds(7.0437), '7.04 s'],
    [f.usd(18890690.99), '$18.9M'], [f.usd(3.99), '$3.99'], [f.usd(0.0123), '$0.0123'], [f.usd(98100), '$98.1K'],
    [f.percent(0.528), '52.8 %'], [f.percent(0.0001), '<0.1 %'], [f.percent(0), '0 %'],
    [f.kwh(5228873), '5.23 GWh'], [f.kg(2472943), '2470 t'], [f.tokens(8192), '8K'], [f.tokens(1000), '1,000'], [f.tokens(1048576), '1024K'],
    [f.whole(1234567), '1,234,567'], [f.change(112, 100), '+12 %'], [f.change(97, 100), '−3 %'], [f.change(1200, 100), '×12'], [f.change(1, 1), '0 %'],
    [f.digits(0.000123456), '0.000123'], [f.digits(99.96), '100'],
  ]) assert.equal(said, want);
});

test('a band has the unit of the value it is around', () => {
  assert.equal(f.band(17809891, 74734964, f.seconds, 33289516), '0.564–2.37 years');
  assert.equal(f.band(45.153, 61.996, f.digits), '45.2–62.0');
});

test('a link reproduces a question', () => {
  const known = (name) => name === 'strange-x4';
  for (const q of [
    { ...state.initial('run'), model: '7B', on: 'h100', count: 8, args: { context: '32768', weights: 'fp8' } },
    { ...state.initial('train'), model: 'llama-3.1-70b', on: 'strange-x4', count: 1, args: { tokens: '15T', 'micro-batch': '2' } },
    { ...state.initial('card'), on: 'rtx-4090', count: 2, args: {} },
    { ...state.initial('run'), model: 'mine.json', args: {}, config: { name: 'mine.json', text: '{"model_type":"llama","é":"中"}' } },
    { ...state.initial('compare'), scenarios: ['#/run?model=7B&on=h100', '#/train?model=7B&on=h100x8'] },
  ]) assert.deepEqual(state.fromHash(state.toHash(q), known), q);
  assert.equal(state.fromHash('#/elsewhere', known), null);
  assert.equal(state.fromHash('#/constructor', known), null);
  assert.equal(state.fromHash('', known), null);
  assert.equal(state.fromHash('#/run?config=%%%', known).config, null);
});

test('a question is a request and a command line', () => {
  const q = { ...state.initial('run'), model: "it's", on: 'h100', count: 2, args: { context: '8192' } };
  assert.deepEqual(state.bodyOf(q, { context: [1, 2] }), { models: ["it's"], on: ['h100x2'], context: [1, 2] });
  assert.equal(state.commandLine(q), "mlsizer infer 'it'\\''s' --on h100x2 --context 8192");
  q.config = { name: "it's", text: '{}' };
  assert.deepEqual(state.bodyOf(q).files, { "it's": { text: '{}' } });
});

test('flags change a question', () => {
  const q = state.withFlags(state.initial('run'), 'mlsizer infer x --on rtx-4090x2 --weights=awq --shared-context --kv q8_0 --output html', () => false);
  assert.deepEqual([q.on, q.count, q.args], ['rtx-4090', 2, { weights: 'awq', 'shared-context': 'true', kv: 'q8_0' }]);
  assert.match(state.commandLine(q), /--weights awq --shared-context --kv q8_0$/);
});

test('counts are read as people write them', () => {
  for (const [text, want] of [['8k', 8192], ['8K', 8192], ['1,024', 1024], ['131072', 131072], ['128Ki', 131072]]) assert.equal(parseCount(text), want);
  for (const text of ['', 'many', '-3', '1e5x']) assert.ok(Number.isNaN(parseCount(text)), text);
});

test('suggestions have every word, the closest first', () => {
  const options = ['llama-3.1-70b', 'llama-3.1-8b', 'opt-7b'].map((value) => ({ value, search: value }));
  assert.deepEqual(matching(options, 'llama 8b').map((o) => o.value), ['llama-3.1-8b']);
  assert.deepEqual(matching(options, 'opt-7b').map((o) => o.value), ['opt-7b']);
  assert.equal(matching(options, '').length, 3);
  assert.equal(matching(options, 'zzz').length, 0);
});

test('ticks of a logarithmic axis lie within it', () => {
  for (const [low, high] of [[0.17, 7], [1, 1000000], [3, 4]]) {
    const ticks = logTicks(low, high);
    assert.ok(ticks.every((x) => x >= low * 0.99 && x <= high * 1.01), String(ticks));
    assert.ok(ticks.length <= 8);
  }
});

test('the header of a GGUF file ends where its tensors do', () => {
  const { header } = gguf();
  assert.equal(ggufEnd(new Uint8Array(Buffer.concat([header, Buffer.alloc(500)]))), header.length);
  for (let cut = 0; cut < header.length; cut += 7) assert.equal(ggufEnd(new Uint8Array(header.subarray(0, cut))), -1, String(cut));
  assert.throws(() => ggufEnd(new Uint8Array(Buffer.from('NOTAGGUFFILE'))), /file.kind/);
});

test('of a model file the header alone is read', async () => {
  const header = Buffer.from('{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  let read = 0;
  const whole = Buffer.concat([length, header, Buffer.alloc(1 << 20)]);
  const file = { name: 'M.safetensors', size: whole.length, slice: (a, b) => ({ arrayBuffer: async () => { read = Math.max(read, b); return Uint8Array.from(whole.subarray(a, b)).buffer; } }) };
  const sent = await readModelFile(file);
  assert.equal(Buffer.from(sent.base64, 'base64').toString(), Buffer.concat([length, header]).toString());
  assert.equal(sent.size, whole.length);
  assert.ok(read < 100);
  await assert.rejects(readModelFile({ name: 'a.bin', size: 1 }), /file.kind/);
});
