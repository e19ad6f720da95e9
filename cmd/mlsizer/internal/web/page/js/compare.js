// Scenarios side by side: each is a link of another view, and what differs from the
// first is said beside every figure.

import { h } from './dom.js';
import { t } from './words.js';
import { band, bytes, change, count, digits, kwh, seconds, usd } from './format.js';
import { badge, section, verdictOf } from './figure.js';
import { bodyOf, commandLine, fromHash, onOf, views } from './state.js';
import { layoutOf } from './train.js';

export const mostScenarios = 4;

/** The answers of the scenarios, a problem in the place of one that has none. */
export async function answersOf(c, q) {
  return Promise.all(q.scenarios.map(async (hash, i) => {
    const scenario = fromHash(hash, c.known);
    if (!scenario || scenario.view === 'compare' || scenario.view === 'card') return { scenario: null };
    try {
      return { scenario, hash, answer: await c.must(views[scenario.view].command, bodyOf(scenario), i) };
    } catch (err) {
      return { scenario, hash, problem: err.message };
    }
  }));
}

/** The answer in a sentence. */
export const sentence = (list) => t('compare.sentence', list.length);

const whole = (a) => a.goodput ?? { run_seconds: undefined };

const cost = (a) => whole(a).cost ?? a.cost;
const energy = (a) => whole(a).energy ?? a.energy;

// What is compared: the figure, how it is said, whether less is better, and its band.
const rows = [
  ['memory', (a) => a.memory.total_bytes, bytes, true, (a) => [a.memory.low_bytes, a.memory.high_bytes]],
  ['speed', (a) => a.throughput?.decode_tokens_per_second, digits, false, (a) => [a.throughput.low, a.throughput.high]],
  ['ttft', (a) => a.throughput?.ttft_seconds, seconds, true, (a) => [a.throughput.ttft_low_seconds, a.throughput.ttft_high_seconds]],
  ['usd', (a) => a.throughput?.usd_per_million_tokens, usd, true],
  ['step', (a) => a.time?.step_seconds, seconds, true, (a) => [a.time.step_low_seconds, a.time.step_high_seconds]],
  ['time', (a) => whole(a).run_seconds, seconds, true, (a) => [whole(a).run_low_seconds, whole(a).run_high_seconds]],
  ['tokens', (a) => a.time?.tokens_per_second || undefined, count, false],
  ['cost', (a) => cost(a)?.usd, usd, true, (a) => [cost(a).usd_low, cost(a).usd_high]],
  ['energy', (a) => energy(a)?.kwh, kwh, true, (a) => [energy(a).kwh_low, energy(a).kwh_high]],
];

/** The answer. */
export function show(c, q, list) {
  if (!list.length) return [h('header', { class: 'verdict' }, h('h1', {}, t('compare.title'))), h('p', { class: 'lead' }, t('compare.empty'))];
  const answered = list.filter((s) => s.answer);
  const first = answered[0]?.answer;
  const cell = (s, value, form, less, ends) => {
    const v = s.answer && value(s.answer);
    if (v === undefined || v === null) return h('td', { class: 'right' }, '–');
    const base = value(first);
    const [low, high] = ends?.(s.answer) ?? [];
    const better = base !== undefined && v !== base && (v < base) === less;
    return h('td', { class: 'right' }, form(v), s.answer !== first && base ? h('small', { class: v === base ? 'same' : better ? 'better' : 'worse' }, ` ${change(v, base)}`) : '',
      low !== undefined && h('span', { class: 'range' }, band(low, high, form, v)));
  };
  return [
    h('header', { class: 'verdict' }, h('h1', {}, t('compare.title')), h('p', { class: 'lead' }, t('compare.lead'))),
    section('', h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': t('compare.title') }, h('table', { class: 'sidebyside' },
      h('caption', { class: 'unseen' }, t('compare.title')),
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, h('span', { class: 'unseen' }, t('figure'))), list.map((s, i) => h('th', { scope: 'col' }, s.scenario ? h('a', { href: s.hash }, s.scenario.model) : t('compare.bad'), h('small', {}, s.scenario ? onOf(s.scenario) : ''),
        h('button', { type: 'button', class: 'remove', 'data-key': `remove-${i}`, 'aria-label': t('scenario.remove', i + 1), onclick: () => c.change((next) => { next.scenarios.splice(i, 1); }, true) }, '✕'))))),
      h('tbody', {},
        h('tr', {}, h('th', { scope: 'row' }, t('asked')), list.map((s) => h('td', {}, h('code', { class: 'small' }, s.scenario ? argsOf(s.scenario) : '')))),
        h('tr', {}, h('th', { scope: 'row' }, t('verdict')), list.map((s) => h('td', {}, s.answer ? badge(verdictOf(s.answer.memory)) : s.problem ?? ''))),
        answered.some((s) => s.answer.plan) && h('tr', {}, h('th', { scope: 'row' }, t('layout')), list.map((s) => h('td', {}, s.answer?.plan ? layoutOf(s.answer.plan) : '–'))),
        rows.filter(([, value]) => answered.some((s) => value(s.answer) !== undefined && value(s.answer) !== null)).map(([name, value, form, less, ends]) => h('tr', {}, h('th', { scope: 'row' }, t(`row.${name}`)), list.map((s) => cell(s, value, form, less, ends)))))))),
    h('div', { class: 'tools' }, list.filter((s) => s.scenario).map((s) => h('div', { class: 'command' }, h('code', {}, commandLine(s.scenario))))),
  ];
}

const argsOf = (s) => Object.entries(s.args).map(([k, v]) => `--${k} ${v}`).join(' ') || '·';
