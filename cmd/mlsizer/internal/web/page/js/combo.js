// A text field with suggestions: the combobox of the ARIA practices. What is typed
// need not be among them.

import { h } from './dom.js';
import { t } from './words.js';

const mostShown = 60;

/** The suggestions that have every word that was typed, the closest first. */
export function matching(options, typed) {
  const words = typed.toLowerCase().split(/[\s,]+/).filter(Boolean);
  if (!words.length) return options;
  const rank = (o) => {
    const text = o.search;
    if (!words.every((w) => text.includes(w))) return 0;
    return o.value === words[0] ? 4 : o.value.startsWith(words[0]) ? 3 : o.value.includes(words[0]) ? 2 : 1;
  };
  return options.map((o) => [rank(o), o]).filter(([r]) => r).sort((a, b) => b[0] - a[0]).map(([, o]) => o);
}

/** options: [{value, label, note, search}]; change is called with what was chosen or typed. */
export function combo({ id, label, value, options, change, placeholder = '' }) {
  const list = h('ul', { id: `${id}-list`, role: 'listbox', class: 'options', 'aria-label': label, hidden: true });
  const input = h('input', {
    id, type: 'text', role: 'combobox', value, placeholder, spellcheck: 'false', autocapitalize: 'off', autocomplete: 'off',
    'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': `${id}-list`,
    onfocus: () => input.select(),
    onclick: () => open(''), oninput: () => open(input.value), onkeydown: key,
    onblur: () => { close(); take(input.value); },
  });
  let shown = [];
  let active = -1;
  let taken = value;

  function open(typed) {
    shown = matching(options(), typed).slice(0, mostShown);
    active = -1;
    list.replaceChildren(...shown.map((o, i) => h('li', {
      id: `${id}-${i}`, role: 'option', 'aria-selected': 'false',
      onmousedown: (e) => { e.preventDefault(); choose(i); },
    }, h('span', {}, o.label), h('small', {}, o.note))));
    list.hidden = !shown.length;
    input.setAttribute('aria-expanded', String(!list.hidden));
    input.removeAttribute('aria-activedescendant');
  }

  function close() {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function move(step) {
    if (list.hidden) return open(input.value === taken ? '' : input.value);
    list.children[active]?.setAttribute('aria-selected', 'false');
    active = (active + step + shown.length) % shown.length;
    const li = list.children[active];
    li.setAttribute('aria-selected', 'true');
    li.scrollIntoView({ block: 'nearest' });
    input.setAttribute('aria-activedescendant', li.id);
  }

  function choose(i) {
    input.value = shown[i].value;
    close();
    take(input.value);
  }

  function take(text) {
    const trimmed = text.trim();
    if (trimmed === taken || !trimmed) {
      input.value = taken;
      return;
    }
    taken = trimmed;
    change(trimmed);
  }

  function key(e) {
    if (e.key === 'ArrowDown') { e.preventDefault(); move(active < 0 ? 1 : 1); }
    else if (e.key === 'ArrowUp') { e.preventDefault(); move(-1); }
    else if (e.key === 'Enter') { e.preventDefault(); if (!list.hidden && active >= 0) choose(active); else { close(); take(input.value); } }
    else if (e.key === 'Escape') { close(); input.value = taken; }
  }

  const field = h('div', { class: 'field combo' }, h('label', { for: id }, label), h('div', { class: 'box' }, input, list));
  return { field, input, set: (text) => { taken = text; input.value = text; } };
}

/** A slider over values, with the value beside it as a field that takes any other. */
export function slider({ id, label, values, value, form, parse, change, placeholder }) {
  const nearest = (v) => values.reduce((best, x, i) => (Math.abs(Math.log(x / v)) < Math.abs(Math.log(values[best] / v)) ? i : best), 0);
  const range = h('input', {
    id, type: 'range', min: '0', max: String(values.length - 1), step: '1', 'aria-valuetext': form(value),
    oninput: () => { const v = values[range.value]; number.value = form(v); range.setAttribute('aria-valuetext', form(v)); change(v); },
  });
  range.value = String(nearest(value));
  const number = h('input', {
    type: 'text', class: 'number', value: form(value), 'aria-label': `${label}, ${t('exact')}`, inputmode: 'numeric', placeholder: placeholder ?? '',
    onchange: () => { const v = parse(number.value); if (!v) { number.value = form(values[range.value]); return; } range.value = String(nearest(v)); range.setAttribute('aria-valuetext', form(v)); change(v); },
    onkeydown: (e) => { if (e.key === 'Enter') { e.preventDefault(); number.dispatchEvent(new Event('change')); } },
  });
  const set = (v) => { range.value = String(nearest(v)); number.value = form(v); range.setAttribute('aria-valuetext', form(v)); };
  return { field: h('div', { class: 'field slider' }, h('div', { class: 'head' }, h('label', { for: id }, label), number), range), set };
}

/** A choice among a few values; "" is the default of the program. */
export function choice({ id, label, value, options, change }) {
  const select = h('select', { id, onchange: () => change(select.value) }, options.map(([v, name]) => h('option', { value: v, selected: v === value }, name)));
  if (!options.some(([v]) => v === value)) select.append(h('option', { value, selected: true }, value));
  return { field: h('div', { class: 'field' }, h('label', { for: id }, label), select), set: (v) => { select.value = v; } };
}

/** A field for a value as the command line takes it; "" is the default. */
export function entry({ id, label, value, change, placeholder, list = [] }) {
  const input = h('input', {
    id, type: 'text', value, placeholder: placeholder ?? '', spellcheck: 'false', list: list.length ? `${id}-choices` : undefined,
    onchange: () => change(input.value.trim()),
    onkeydown: (e) => { if (e.key === 'Enter') { e.preventDefault(); change(input.value.trim()); } },
  });
  return {
    field: h('div', { class: 'field' }, h('label', { for: id }, label), input, list.length ? h('datalist', { id: `${id}-choices` }, list.map((v) => h('option', { value: v }))) : ''),
    set: (v) => { input.value = v; },
  };
}
