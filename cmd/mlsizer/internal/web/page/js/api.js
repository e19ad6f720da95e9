// Requests to the server.

import { lang } from './words.js';

/** What the server says is wrong: problem details of RFC 9457. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? String(status));
    this.status = status;
    this.hint = body.hint ?? '';
  }
}

async function send(command, body, signal) {
  const response = await fetch(`/v1/${command}`, {
    method: 'POST', signal, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...body, lang: lang() }),
  });
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  return response;
}

/** The answer of a command. */
export const ask = async (command, body, signal) => (await send(command, body, signal)).json();

/** The answer of a command in another form: markdown, csv, json, html. */
export const text = async (command, body, output) => (await send(command, { ...body, output })).text();

/** A catalogue. */
export async function list(name) {
  const response = await fetch(`/v1/${name}`);
  if (!response.ok) throw new Problem(response.status, {});
  return response.json();
}

/** Asks one question at a time: a new one gives up the last. */
export function latest() {
  let running = null;
  return async (...args) => {
    running?.abort();
    const mine = new AbortController();
    running = mine;
    try {
      return await ask(...args, mine.signal);
    } catch (err) {
      if (mine.signal.aborted) return null; // another question took its place
      throw err;
    }
  };
}
