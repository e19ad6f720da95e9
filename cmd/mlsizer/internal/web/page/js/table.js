// Tables whose heads sort them.

import { h, announce } from './dom.js';
import { t } from './words.js';

/**
 * columns: [{key, head, cell(row), sort(row), right}]. Rows are shown in the order
 * of a column once its head is pressed. pick makes rows choosable.
 */
export function table({ caption, plain, columns, rows, pick, picked, sorted }) {
  let by = sorted ?? null;
  let down = false;
  const body = h('tbody');
  const draw = () => {
    const list = rows.slice();
    if (by) {
      const value = columns.find((c) => c.key === by).sort;
      list.sort((a, b) => compare(value(a), value(b)) * (down ? -1 : 1));
    }
    body.replaceChildren(...list.map(row));
  };
  const row = (r) => h('tr', { class: picked?.(r) ? 'here' : '' }, columns.map((c, i) => h(i === 0 ? 'th' : 'td', { class: c.right ? 'right' : '', scope: i === 0 ? 'row' : undefined },
    i === 0 && pick ? h('button', { type: 'button', class: 'link', 'data-key': `${caption}-${c.sort?.(r) ?? ''}`, onclick: () => pick(r) }, c.cell(r)) : c.cell(r))));
  const heads = columns.map((c) => h('th', { scope: 'col', class: c.right ? 'right' : '', 'aria-sort': c.sort ? 'none' : undefined },
    c.sort ? h('button', { type: 'button', class: 'sort', onclick: () => turn(c) }, c.head) : c.head));
  function turn(c) {
    down = by === c.key ? !down : false;
    by = c.key;
    heads.forEach((th, i) => { if (columns[i].sort) th.setAttribute('aria-sort', columns[i].key !== by ? 'none' : down ? 'descending' : 'ascending'); });
    draw();
    announce(t(down ? 'sorted.down' : 'sorted.up', c.head));
  }
  draw();
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, h('table', {}, h('caption', { class: plain ? 'unseen' : '' }, caption), h('thead', {}, h('tr', {}, heads)), body));
}

function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}
