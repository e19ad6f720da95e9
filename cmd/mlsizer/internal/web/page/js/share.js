// What leaves the page: a link, a command line, and the answer in other forms.

import { h, announce } from './dom.js';
import { t } from './words.js';
import { text } from './api.js';
import { bodyOf, commandLine, toHash, views } from './state.js';

const linkOf = (q) => `${location.origin}${location.pathname}${toHash(q)}`;

/** The tools under an answer. keep puts the question beside others. */
export function tools(q, keep) {
  const form = (output) => () => text(views[q.view].command, bodyOf(q), output);
  const copy = (name, make) => h('button', { type: 'button', 'data-key': `copy-${name}`, onclick: (e) => copied(e.currentTarget, make) }, t(`copy.${name}`));
  return h('div', { class: 'tools' },
    h('div', { class: 'command' }, h('code', { id: 'command' }, commandLine(q)), copy('command', () => commandLine(q))),
    h('div', { class: 'buttons', role: 'group', 'aria-label': t('share') },
      copy('link', () => linkOf(q)), copy('markdown', form('markdown')), copy('csv', form('csv')), copy('json', form('json')),
      h('button', { type: 'button', 'data-key': 'report', onclick: () => download(q) }, t('report')),
      h('button', { type: 'button', 'data-key': 'print', onclick: () => window.print() }, t('print')),
      keep && h('button', { type: 'button', class: 'keep', 'data-key': 'keep', onclick: () => keep(q) }, t('scenario.keep'))),
    h('p', { class: 'origin' }, linkOf(q)));
}

/** Copies what a function makes, and says so on the button. */
async function copied(button, make) {
  const name = button.textContent;
  let said = 'copied';
  try {
    await navigator.clipboard.writeText(await make());
  } catch {
    said = 'copy.failed';
  }
  button.textContent = t(said);
  announce(t(said));
  setTimeout(() => { button.textContent = name; }, 1500);
}

/** The report of an answer as one file. */
async function download(q) {
  const page = await text(views[q.view].command, bodyOf(q), 'html');
  const address = URL.createObjectURL(new Blob([page], { type: 'text/html' }));
  const a = h('a', { href: address, download: `mlsizer-${q.view}.html` });
  a.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
