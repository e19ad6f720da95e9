// The page: it keeps the question, asks it, and shows the answer.

import { h, announce, later, replaced } from './dom.js';
import { languages, lang, load, t } from './words.js';
import { Problem, ask, latest, list } from './api.js';
import { deviceOptions, fieldsOf, modelOptions } from './form.js';
import { FileProblem, readModelFile } from './files.js';
import { bodyOf, dropped, fromHash, initial, splitDevice, toHash, views, withFlags } from './state.js';
import { tools } from './share.js';
import * as run from './run.js';
import * as train from './train.js';
import * as card from './card.js';
import * as compare from './compare.js';

const shows = { run, train, card, compare };
const answerAt = document.getElementById('answer');
const formAt = document.getElementById('question');

let question = initial('run');
let models = [];
let devices = [];
let choices = {};
let moreOpen = false;
let slid = null; // shows the values of an answer on the sliders
let drawn = 0; // the number of the answer that is shown
let wanted = 0;
const kept = new Map(); // what each view was last asked

const known = (name) => devices.some((d) => d.id === name || d.aliases?.includes(name));
const deviceOf = (name) => devices.find((d) => d.id === name || d.aliases?.includes(name));
const modelOf = (name) => models.find((m) => m.name === name || m.aliases?.includes(name));

const context = {
  q: () => question,
  change, apply, pasted, opened, known, options: {}, models: [], bounds: [1e6, 1e9, 1e11, 1e12],
  choices: (command, flag, otherwise) => choices[command]?.[flag] ?? otherwise,
  has: (command) => command in choices,
  model: () => modelOf(question.model),
  device: () => deviceOf(question.on),
  paramsOf: (name) => modelOf(name)?.params ?? 0,
  fieldOf: (name) => modelOf(name)?.field ?? '',
  split: (text, count) => { const [on, n] = splitDevice(text, known); return [on, text === on ? count : n]; },
  moreOpen: (open) => { if (open !== undefined) moreOpen = open; return moreOpen; },
  onAnswer: (f) => slid?.push(f),
};

/** Changes the question. rebuild makes the form anew, where other fields depend on the change. */
function change(f, rebuild = false) {
  f(question);
  if (rebuild) drawForm();
  address();
  answer();
}

/** Makes the changes that flags say: "--weights fp8". */
function apply(flags) {
  change((q) => Object.assign(q, withFlags(q, flags, known)), true);
}

let at = location.hash; // the address that the question is from, or was last written to

// An address that is another was just followed: its question takes the place of this one.
const address = later(150, () => {
  if (location.hash !== at) return;
  history.replaceState(null, '', toHash(question));
  at = location.hash;
});

function drawForm() {
  slid = [];
  const fields = fieldsOf(context);
  formAt.hidden = !fields.length;
  document.body.classList.toggle('wide', !fields.length);
  replaced(formAt, ...fields);
  drawTabs();
}

function drawTabs() {
  const tabs = document.getElementById('tabs');
  tabs.replaceChildren(...Object.keys(views).map((view) => {
    const q = kept.get(view) ?? carried(view);
    return h('a', { href: toHash(q), 'aria-current': view === question.view ? 'page' : undefined }, t(`view.${view}`), view === 'compare' && scenarios().length ? h('span', { class: 'count' }, String(scenarios().length)) : '');
  }));
}

/** A view's question with the model and the devices of the one at hand. */
function carried(view) {
  const q = initial(view);
  if (view === 'compare') q.scenarios = scenarios();
  if (view === 'card' && question.view === 'run') return { ...q, on: question.on, count: question.count };
  return q;
}

const scenarios = () => (question.view === 'compare' ? question.scenarios : JSON.parse(sessionStorage.getItem('scenarios') ?? '[]'));

/** Puts a question beside others. */
function keep(q) {
  const all = [...scenarios().filter((s) => s !== toHash(q)), toHash(q)].slice(-compare.mostScenarios);
  sessionStorage.setItem('scenarios', JSON.stringify(all));
  kept.delete('compare');
  drawTabs();
  announce(t('scenario.kept', all.length));
}

const askers = new Map();

/** Asks beside the main question; a newer question under the same name takes its place. Problems are no answer. */
async function aside(command, args, name) {
  if (!askers.has(name)) askers.set(name, latest());
  try {
    return await askers.get(name)(command, bodyOf({ ...question, args: {} }, args));
  } catch (err) {
    if (err instanceof Problem) return { rows: [] };
    throw err;
  }
}

Object.assign(context, { ask: aside, must: (command, body) => ask(command, body) });

const main = latest();
const follow = later(120, async (q, a, number) => {
  const container = answerAt.querySelector('.tables');
  if (!container || number !== drawn) return;
  const aside = h('div');
  await shows[q.view].follow?.(context, q, a, aside);
  if (number === drawn && aside.childNodes.length) replaced(container, ...aside.childNodes);
});
const say = later(600, announce);

/** Asks the question and shows the answer. The latest question wins. */
async function answer() {
  const number = ++wanted;
  const q = structuredClone(question);
  answerAt.setAttribute('aria-busy', 'true');
  try {
    const a = await answerOf(q);
    if (!a || number !== wanted) return;
    const before = answerAt.querySelector('.tables')?.childNodes ?? [];
    const tables = [...before];
    replaced(answerAt, ...shows[q.view].show(context, q, a).flat(), q.view === 'compare' || !context.has(views[q.view].command) ? null : tools(q, q.view === 'card' ? null : keep));
    answerAt.querySelector('.tables')?.append(...(answerAt.dataset.view === q.view ? tables : []));
    answerAt.dataset.view = q.view;
    drawn = number;
    slid?.forEach((f) => f(shows[q.view].shown?.(a) ?? {}));
    document.title = `${shows[q.view].sentence(a, q)} – mlsizer`;
    say(shows[q.view].sentence(a, q));
    follow(q, a, number);
  } catch (err) {
    if (number === wanted) showProblem(err);
  } finally {
    if (number === wanted) answerAt.setAttribute('aria-busy', 'false');
  }
}

function answerOf(q) {
  if (q.view === 'card') return card.rowsOf(context, q);
  if (q.view === 'compare') return compare.answersOf(context, q);
  return main(views[q.view].command, bodyOf(q));
}

/** Shows what is wrong, with what would work as a button. */
function showProblem(err) {
  const words = err instanceof Problem ? err.message : t('offline');
  const usable = err instanceof Problem && err.hint.startsWith('mlsizer ');
  replaced(answerAt, h('div', { class: 'problem', role: 'alert' }, h('h1', {}, t('problem')), h('p', {}, words),
    usable && h('p', {}, h('button', { type: 'button', 'data-key': 'hint', onclick: () => hinted(err.hint) }, t('hint.apply')), ' ', h('code', {}, err.hint)),
    err.hint && !usable && h('p', {}, err.hint)));
  answerAt.dataset.view = '';
  if (!(err instanceof Problem)) console.error(err);
}

/** Takes a command line as the question, if it is one of this view. */
function hinted(line) {
  const words = line.split(/\s+/).slice(1);
  const model = words.slice(1).find((w, i) => !w.startsWith('-') && !(words[i].startsWith('--') && !words[i].includes('=')));
  change((q) => {
    q.args = {};
    Object.assign(q, withFlags(q, line, known));
    if (model && q.view !== 'card') q.model = model;
  }, true);
}

/** Takes a config.json that was pasted. */
function pasted(text) {
  try {
    const config = JSON.parse(text);
    const name = `${String(config._name_or_path || config.model_type || 'config').replace(/[^\w.-]+/g, '-').replace(/^-|-$/g, '')}.json`;
    change((q) => { q.config = { name, text: JSON.stringify(config) }; q.model = name; }, true);
  } catch {
    showProblem(new Problem(0, { detail: t('file.json') }));
  }
}

/** Reads a model file that was dropped or chosen. */
async function opened(file) {
  try {
    const content = await readModelFile(file);
    dropped.set(file.name, content);
    const short = content.text?.length < 6000;
    change((q) => {
      if (!['run', 'train'].includes(q.view)) Object.assign(q, initial('run'));
      q.model = file.name;
      q.config = short ? { name: file.name, text: content.text } : null;
    }, true);
  } catch (err) {
    if (!(err instanceof FileProblem)) throw err;
    showProblem(new Problem(0, { detail: t(err.message, file.name) }));
  }
}

function dropping() {
  const cover = document.getElementById('drop');
  const has = (e) => e.dataTransfer?.types.includes('Files');
  document.addEventListener('dragover', (e) => { if (has(e)) { e.preventDefault(); cover.hidden = false; } });
  document.addEventListener('dragleave', (e) => { if (!e.relatedTarget) cover.hidden = true; });
  document.addEventListener('drop', (e) => {
    if (!has(e)) return;
    e.preventDefault();
    cover.hidden = true;
    opened(e.dataTransfer.files[0]);
  });
}

function prefs() {
  const themes = { auto: '◐', light: '☀', dark: '☾' };
  const theme = document.documentElement.dataset.theme ?? 'auto';
  const next = { auto: 'dark', dark: 'light', light: 'auto' }[theme];
  document.getElementById('prefs').replaceChildren(
    ...Object.keys(languages).filter((l) => l !== lang()).map((l) => h('button', { type: 'button', lang: l, 'data-key': 'lang', onclick: () => speak(l) }, languages[l])),
    h('button', { type: 'button', 'data-key': 'theme', 'aria-label': t('theme', t(`theme.${theme}`)), title: t('theme', t(`theme.${theme}`)), onclick: () => { paint(next); prefs(); document.querySelector('[data-key=theme]').focus(); } }, themes[theme]));
}

function paint(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  localStorage.setItem('theme', theme);
}

async function speak(l) {
  localStorage.setItem('lang', l);
  await load(l);
  document.documentElement.lang = l === 'zh' ? 'zh-CN' : l;
  for (const e of document.querySelectorAll('[data-t]')) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll('[data-t-label]')) e.setAttribute('aria-label', t(e.dataset.tLabel));
  context.options = { models: modelOptions(models), devices: deviceOptions(devices) };
  prefs();
  drawForm();
  await answer();
}

/** Takes the question of the address. */
function arrive() {
  kept.set(question.view, question);
  at = location.hash;
  question = fromHash(location.hash, known) ?? initial('run');
  if (question.view === 'compare') {
    if (!question.scenarios.length) question.scenarios = JSON.parse(sessionStorage.getItem('scenarios') ?? '[]');
    sessionStorage.setItem('scenarios', JSON.stringify(question.scenarios));
  }
  drawForm();
  answer();
}

async function start() {
  paint(localStorage.getItem('theme') ?? 'auto');
  const preferred = localStorage.getItem('lang') ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');
  const [m, d, all] = await Promise.all([list('models'), list('hardware'), fetch('/choices.json').then((r) => r.json())]);
  [models, devices, choices] = [m.models, d.devices, all];
  context.models = models;
  question = fromHash(location.hash, known) ?? initial('run');
  dropping();
  formAt.addEventListener('submit', (e) => e.preventDefault());
  addEventListener('hashchange', arrive);
  document.getElementById('derivation').addEventListener('click', (e) => { if (e.target.id === 'derivation') e.target.close(); });
  await speak(preferred);
}

start();
