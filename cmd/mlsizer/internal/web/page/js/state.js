// The question as the page has it, as an address and as arguments. The arguments
// have the names of the command line, so that a link, a command and a request are
// the same thing.

/** The views, each with the command that it asks. */
export const views = { run: { command: 'infer' }, train: { command: 'estimate' }, card: { command: 'fit' }, compare: { command: 'compare' } };

// What of an address is no flag of a command, and what a question does not set.
const reserved = ['model', 'models', 'on', 'config', 's', 'files', 'lang', 'output', 'explain', 'file', 'scenario', 'help', 'version'];
const isFlag = (name) => /^[a-z][a-z0-9-]{1,40}$/.test(name) && !reserved.includes(name);

const first = {
  run: { model: 'llama-3.1-8b', on: 'rtx-4090', count: 1, args: {} },
  train: { model: 'llama-3.1-70b', on: 'h100', count: 512, args: { tokens: '15T' } },
  card: { model: '', on: 'rtx-4090', count: 1, args: {} },
  compare: { model: '', on: '', count: 1, args: {} },
};

/** The question that a view begins with. */
export const initial = (view = 'run') => ({ view, ...structuredClone(first[view]), config: null, scenarios: [] });

/** Splits "h100x8" into a name and a count; a name that ends like that has been looked up by known. */
export function splitDevice(text, known = () => false) {
  if (known(text)) return [text, 1];
  const m = /^(.*?)[x:×](\d{1,7})$/.exec(text.trim()) ?? [];
  return m.length ? [m[1], Number(m[2])] : [text.trim(), 1];
}

/** The devices as one argument. */
export const onOf = (q) => (q.count > 1 ? `${q.on}x${q.count}` : q.on);

/** The question as the part of an address behind #. */
export function toHash(q) {
  const p = new URLSearchParams();
  if (q.view === 'compare') q.scenarios.forEach((s) => p.append('s', s));
  else {
    if (q.model && q.view !== 'card') p.set('model', q.model);
    p.set('on', onOf(q));
    for (const [flag, value] of Object.entries(q.args)) p.set(flag, value);
    if (q.config) p.set('config', encodeText(JSON.stringify(q.config)));
  }
  return `#/${q.view}?${p.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')}`;
}

/** The question that an address has; null where it has none. */
export function fromHash(hash, known) {
  const [, view, query = ''] = /^#\/([a-z]+)(?:\?(.*))?$/.exec(hash) ?? [];
  if (!Object.hasOwn(views, view ?? '')) return null;
  const q = initial(view);
  if (!query) return q;
  const p = new URLSearchParams(query);
  q.args = {};
  q.model = p.get('model') ?? q.model;
  [q.on, q.count] = splitDevice(p.get('on') ?? q.on, known);
  for (const [flag, value] of p) if (isFlag(flag) && value) q.args[flag] = value;
  q.config = decodeConfig(p.get('config'));
  q.scenarios = p.getAll('s').slice(0, 4);
  return q;
}

function decodeConfig(text) {
  try {
    return text ? JSON.parse(decodeText(text)) : null;
  } catch {
    return null; // a link that was cut off
  }
}

const encodeText = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const decodeText = (text) => new TextDecoder().decode(Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)));

/** The arguments of a request; those of `more` override the question. */
export function bodyOf(q, more = {}) {
  const body = { ...(q.model ? { models: [q.model] } : {}), on: [onOf(q)], ...q.args, ...more };
  const file = fileOf(q);
  if (file && [body.models].flat().includes(file.name)) body.files = { [file.name]: file.content };
  for (const key of Object.keys(body)) if (body[key] === undefined) delete body[key];
  return body;
}

/** Files that were dropped on the page, by name; those that fit into a link stand in the question. */
export const dropped = new Map();

function fileOf(q) {
  if (q.config && q.config.name === q.model) return { name: q.model, content: { text: q.config.text } };
  return dropped.has(q.model) ? { name: q.model, content: dropped.get(q.model) } : null;
}

/** The question as a command line. */
export function commandLine(q) {
  const words = ['mlsizer', views[q.view].command];
  if (q.model && q.view !== 'card') words.push(fileOf(q) ? `./${q.model}` : q.model);
  words.push('--on', onOf(q));
  for (const [flag, value] of Object.entries(q.args)) words.push(`--${flag}`, ...(value === 'true' ? [] : [value]));
  return words.map(shellWord).join(' ');
}

const shellWord = (word) => (/^[^\s"'`$&|;<>()*?[\]{}\\!#~]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The question with what a command line or its flags say: "--on h100x2 --weights fp8". */
export function withFlags(q, line, known) {
  const next = structuredClone(q);
  const words = line.trim().split(/\s+/);
  for (let i = 0; i < words.length; i++) {
    const m = /^--([a-z-]+)(?:=(.*))?$/.exec(words[i]);
    if (!m) continue;
    const isSwitch = m[2] === undefined && (words[i + 1] ?? '--').startsWith('--');
    const value = m[2] ?? (isSwitch ? 'true' : words[++i]);
    if (m[1] === 'on') [next.on, next.count] = splitDevice(value, known);
    else if (isFlag(m[1])) next.args[m[1]] = value;
  }
  return next;
}
