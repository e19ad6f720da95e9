// Figures: a number with what it is, its band, and the way to its derivation.

import { h } from './dom.js';
import { t, named } from './words.js';
import { band } from './format.js';
import { showDerivation } from './derivation.js';

/** A value that opens its derivation, "group/name", where it has one. */
export const figureOf = (q) => function figure(derive, text, name) {
  if (!derive) return h('span', { class: 'value' }, text);
  return h('button', { type: 'button', class: 'value figure', 'data-key': derive, title: t('derive.open'), 'aria-label': `${name}: ${text}. ${t('derive.open')}`, onclick: () => showDerivation(q, derive, name) }, text);
};

/** Figures in a row, each {name, value, low, high, form, derive, note}. Those without a value are left out. */
export function stats(q, list) {
  const figure = figureOf(q);
  return h('dl', { class: 'stats' }, list.filter((f) => f && f.value !== undefined && f.value !== null).map((f) => h('div', {},
    h('dt', {}, f.name),
    h('dd', {}, figure(f.derive, f.form(f.value), f.name), f.low !== undefined && h('span', { class: 'range' }, t('band.of', band(f.low, f.high, f.form, f.value))), f.note && h('span', { class: 'range' }, f.note)))));
}

/** Whether the question can be done, as a badge: a sign and a word, never a colour alone. */
export function badge(verdict) {
  const sign = { fits: '✓', 'may-not-fit': '!', 'does-not-fit': '✕' }[verdict];
  return h('span', { class: `badge ${verdict}` }, h('span', { class: 'sign', 'aria-hidden': 'true' }, sign), h('span', { class: 'word' }, t(`verdict.${verdict}`)));
}

/** The verdict of a memory, which older answers say as fits alone. */
export const verdictOf = (memory) => memory.verdict ?? (memory.fits ? 'fits' : 'does-not-fit');

/** A heading with its content. */
export const section = (title, ...content) => h('section', { class: 'block' }, h('h2', {}, title), content);

/** The assumptions and sources of an answer. */
export function notes(list) {
  if (!list?.length) return null;
  return h('details', { class: 'notes' }, h('summary', {}, t('notes', list.length)),
    h('ol', {}, list.map((n) => h('li', {}, n.text, n.source && h('cite', {}, ` ${n.source}`)))));
}

/** The name of a tier with its number. */
export const tierNames = () => ['small', 'medium', 'large', 'very-large'].map((tier) => named('tier', tier));
