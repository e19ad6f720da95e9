// Where a figure comes from: the derivations of --explain, opened at one of them.

import { h } from './dom.js';
import { t, named } from './words.js';
import { Problem, ask } from './api.js';
import { digits } from './format.js';
import { bodyOf, views } from './state.js';

/** Opens the derivation "group/name" of a question. */
export async function showDerivation(q, key, name) {
  const dialog = document.getElementById('derivation');
  dialog.replaceChildren(head(name), h('p', { class: 'loading' }, t('loading')));
  dialog.showModal();
  try {
    const answer = await ask(views[q.view].command, bodyOf(q, { explain: true }));
    dialog.replaceChildren(head(name), ...content(answer.explain ?? [], key));
    dialog.querySelector('.close').focus();
  } catch (err) {
    if (!(err instanceof Problem)) throw err;
    dialog.replaceChildren(head(name), h('p', {}, err.message));
  }
}

const head = (name) => h('header', {},
  h('h2', { id: 'derivation-title' }, t('derive.title', name)),
  h('button', { type: 'button', class: 'close', 'aria-label': t('close'), onclick: () => document.getElementById('derivation').close() }, '✕'));

function content(all, key) {
  const cut = key.indexOf('/');
  const [group, name] = [key.slice(0, cut), key.slice(cut + 1)];
  const within = all.filter((d) => d.group === group);
  const chosen = within.filter((d) => d.name === name || (name.endsWith('*') && d.name.startsWith(name.slice(0, -1))));
  const rest = within.filter((d) => !chosen.includes(d));
  return [
    chosen.length ? chosen.map(derivation) : h('p', {}, t('derive.none')),
    rest.length > 0 && h('details', { open: !chosen.length }, h('summary', {}, t('derive.rest', named('group', group))), rest.map(derivation)),
  ].flat().filter(Boolean);
}

function derivation(d) {
  return h('article', { class: 'derived' },
    h('h3', {}, h('span', {}, named(d.group === 'time' ? 'term' : 'derived', d.name)), h('span', { class: 'value' }, d.value)),
    h('p', { class: 'formula' }, d.formula),
    d.numbers && h('p', { class: 'numbers' }, `= ${d.numbers}`),
    d.inputs?.length > 0 && h('details', {}, h('summary', {}, t('derive.inputs')),
      h('table', {}, h('tbody', {}, d.inputs.map((i) => h('tr', {}, h('th', { scope: 'row' }, i.name), h('td', { class: 'right' }, input(i.value)), h('td', {}, (i.unit ?? '').replaceAll('_', ' '))))))),
    d.source && h('p', { class: 'source' }, `${t('source')}: ${d.source}`));
}

const input = (v) => (typeof v !== 'number' ? String(v) : Number.isInteger(v) && Math.abs(v) < 1e15 ? v.toLocaleString('en-US') : Math.abs(v) >= 1e15 || Math.abs(v) < 1e-4 ? v.toExponential(3) : digits(v, 6));
