// The page in a real browser, against the program. MLSIZER is the program;
// CHROMIUM the browser (default: /usr/bin/chromium); SHOTS a folder for screenshots.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { gguf } from './headers.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'mlsizer-page-'));
let server, browser, origin;

before(async () => {
  server = spawn(process.env.MLSIZER, ['serve', '--listen', '127.0.0.1:0', '--lang', 'en'], { stdio: ['ignore', 'inherit', 'pipe'] });
  origin = await new Promise((found, failed) => {
    let said = '';
    server.stderr.on('data', (data) => { said += data; const m = /http:\/\/[\d.:]+/.exec(said); if (m) found(m[0]); });
    server.on('exit', () => failed(new Error(`the server ended: ${said}`)));
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});

after(async () => {
  await browser?.close();
  server?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

/** Opens the page; whatever the console complains of, and every request to another host, fails the test. */
async function open(t, hash = '', options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US', permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const page = await context.newPage();
  const wrong = [];
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) wrong.push(m.text()); });
  page.on('pageerror', (e) => wrong.push(String(e)));
  page.on('request', (r) => { if (!r.url().startsWith(origin) && !/^(data|blob):/.test(r.url())) wrong.push(`request to ${r.url()}`); });
  page.wrong = wrong;
  t.after(async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  });
  await page.goto(`${origin}/${hash}`);
  await settled(page);
  return page;
}

const settled = (page) => page.waitForSelector('#answer[aria-busy="false"]');
const headline = (page) => page.textContent('.verdict h1');

/** Waits until the text of an element is another than it was. */
const changed = (page, selector, from) => page.waitForFunction(([s, old]) => document.querySelector(s)?.textContent !== old, [selector, from]);

test('the page answers when it is opened', async (t) => {
  const page = await open(t);
  assert.match(await headline(page), /Fits.*tokens per second/is);
  await page.waitForSelector('#run-tables table');
  assert.match(await page.title(), /llama-3.1-8b.*fits/);
});

test('a model and a device are chosen with the keyboard', async (t) => {
  const page = await open(t);
  const before = await headline(page);
  await page.focus('#model');
  await page.keyboard.type('llama 3.3 70b');
  await page.waitForSelector('#model-list:not([hidden]) li');
  assert.equal(await page.getAttribute('#model', 'aria-expanded'), 'true');
  await page.keyboard.press('ArrowDown');
  assert.match(await page.getAttribute('#model', 'aria-activedescendant'), /^model-0$/);
  await page.keyboard.press('Enter');
  await changed(page, '.verdict h1', before);
  assert.equal(await page.inputValue('#model'), 'llama-3.3-70b');
  assert.match(await headline(page), /Does not fit/i);
  await page.click('.fixes button'); // the first change that would fit
  await page.waitForSelector('.verdict .badge.fits, .verdict .badge.may-not-fit');
  assert.match(await page.textContent('#command'), /^mlsizer infer llama-3.3-70b --on rtx-4090(-24gbx\d| --)/);
});

test('a slider answers within a few frames', async (t) => {
  const page = await open(t, '#/run?model=llama-3.1-8b&on=rtx-4090');
  const took = await page.evaluate(async () => {
    const range = document.getElementById('context');
    const lead = () => document.querySelector('.verdict .lead').textContent;
    const times = [];
    for (const step of [1, 2, 3, 4, 5, 6, 7, 5, 3]) {
      const [old, start] = [lead(), performance.now()];
      range.value = String(step);
      range.dispatchEvent(new Event('input', { bubbles: true }));
      while (lead() === old) await new Promise(requestAnimationFrame);
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[4];
  });
  t.diagnostic(`median from a slider's move to the answer: ${took.toFixed(1)} ms`);
  assert.ok(took < 500, `${took} ms`); // a loaded machine; a frame or two is 17 to 33 ms
  await page.waitForFunction(() => location.hash.includes('context='));
});

test('a link reproduces the question, and what is copied is the command line', async (t) => {
  const page = await open(t, '#/train?model=llama-3.1-8b&on=h100x64&tokens=1T');
  await page.fill('#length', '2T');
  await page.press('#length', 'Enter');
  await page.waitForFunction(() => document.querySelector('#command')?.textContent.includes('2T'));
  await page.waitForFunction(() => location.hash.includes('2T'));
  await page.click('[data-key="copy-link"]');
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const second = await page.context().newPage();
  await second.goto(link);
  await settled(second);
  assert.equal(await headline(second), await headline(page));
  await page.click('[data-key="copy-command"]');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'mlsizer estimate llama-3.1-8b --on h100x64 --tokens 2T');
  await page.click('[data-key="copy-json"]');
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('{'));
  const json = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  assert.equal(json.workload.tokens, 2e12);
  await page.click('[data-key="copy-markdown"]');
  await page.waitForFunction(async () => (await navigator.clipboard.readText()).startsWith('#'));
});

test('training shows the tier, the plans and the time against devices', async (t) => {
  const page = await open(t, '#/train?model=llama-3.1-70b&on=h100x512&tokens=15T');
  assert.equal(await page.textContent('.tier.here'), 'large');
  assert.ok(await page.isVisible('.interval .dot'), 'a published run');
  await page.waitForSelector('#train-tables table');
  await page.waitForSelector('.curve');
  const memory = page.locator('#train-tables thead button', { hasText: 'Memory' });
  await memory.click();
  assert.equal(await page.locator('#train-tables th[aria-sort="ascending"]').count(), 1);
  const sizes = await page.$$eval('#train-tables tbody tr td:nth-child(4)', (list) => list.map((td) => parseFloat(td.textContent)));
  assert.deepEqual(sizes, sizes.toSorted((a, b) => a - b));
  await page.click('#train-tables tbody tr:last-child button');
  await page.waitForFunction(() => document.querySelector('#command').textContent.includes('--tp'));
});

test('what does not fit says what would', async (t) => {
  const page = await open(t, '#/train?model=llama-3.1-70b&on=h100x8&tokens=1T');
  assert.match(await headline(page), /Does not fit/i);
  await page.click('#train-fixes button');
  await page.waitForSelector('.verdict .badge.fits');
});

test('a figure opens its derivation, and Escape closes it', async (t) => {
  const page = await open(t, '#/run?model=llama-3.1-8b&on=rtx-4090');
  await page.click('[data-key="memory/weights"]');
  await page.waitForSelector('#derivation[open] .derived .formula');
  assert.match(await page.textContent('#derivation'), /13\.0 GiB \+ 1\.96 GiB/);
  assert.match(await page.textContent('#derivation'), /source/i);
  await page.keyboard.press('Escape');
  await page.waitForSelector('#derivation', { state: 'hidden' });
  for (const figure of await page.$$eval('#answer button.figure', (list) => list.map((b) => b.dataset.key))) {
    await page.click(`[data-key="${figure}"]`);
    await page.waitForSelector('#derivation .close:focus');
    assert.doesNotMatch(await page.textContent('#derivation'), /No derivation/, figure);
    await page.click('#derivation .close');
  }
});

test('every figure of training has a derivation', async (t) => {
  const page = await open(t, '#/train?model=llama-3.1-70b&on=h100x512&tokens=15T');
  for (const figure of await page.$$eval('#answer button.figure', (list) => list.map((b) => b.dataset.key))) {
    await page.click(`[data-key="${figure}"]`);
    await page.waitForSelector('#derivation .close:focus');
    assert.doesNotMatch(await page.textContent('#derivation'), /No derivation/, figure);
    await page.click('#derivation .close');
  }
});

test('my device lists models, filtered and sorted', async (t) => {
  const page = await open(t, '#/card?on=rtx-4090');
  const rows = () => page.locator('.results tbody tr').count();
  assert.ok(await rows() > 20);
  await page.fill('.filters input[type="search"]', 'llama-3.1');
  await page.waitForFunction(() => [...document.querySelectorAll('.results tbody th')].every((th) => th.textContent.includes('llama-3.1')));
  assert.ok(await rows() > 0);
  await page.click('.results tbody a');
  await page.waitForSelector('.membar');
  assert.match(page.url(), /#\/run\?model=llama-3/);
});

test('a link that is followed right after a change is kept', async (t) => {
  const page = await open(t);
  for (let wait = 140; wait <= 152; wait++) { // the address of a change is written after 150 ms
    await page.evaluate(() => { location.hash = '#/run?model=llama-3.1-8b&on=rtx-4090'; });
    await page.waitForFunction(() => document.querySelector('#tabs a[aria-current]')?.href.includes('#/run') && document.getElementById('weights'));
    await settled(page);
    await page.evaluate(async (wait) => {
      const weights = document.getElementById('weights');
      weights.value = weights.value === 'q4_k_m' ? 'fp8' : 'q4_k_m';
      for (const kind of ['input', 'change']) weights.dispatchEvent(new Event(kind, { bubbles: true }));
      await new Promise((r) => setTimeout(r, wait));
      document.querySelector('#tabs a:last-child').click();
    }, wait);
    await page.waitForFunction(() => document.querySelector('#tabs a:last-child').ariaCurrent === 'page', null, { timeout: 3000 });
  }
});

test('scenarios stand side by side with differences', async (t) => {
  const page = await open(t, '#/run?model=llama-3.1-8b&on=rtx-4090');
  await page.click('[data-key="keep"]');
  await page.selectOption('#weights', 'q4_k_m');
  await page.waitForFunction(() => document.querySelector('.verdict .lead').textContent.includes('q4_k_m'));
  await page.click('[data-key="keep"]');
  await page.click('#tabs a:last-child');
  await page.waitForSelector('.sidebyside');
  assert.equal(await page.locator('.sidebyside thead th').count(), 3);
  assert.match(await page.textContent('.sidebyside .better'), /[+−]\d+ %/);
  await page.waitForFunction(() => location.hash.includes('s='));
  await page.click('.sidebyside .remove');
  await page.waitForFunction(() => document.querySelectorAll('.sidebyside thead th').length === 2);
});

test('prices are edited, and clouds stand in for them', async (t) => {
  const page = await open(t, '#/train?model=llama-3.1-8b&on=h100x8&tokens=1T');
  const cost = () => page.textContent('[data-key="cost/cost"]');
  const before = await cost();
  await page.click('.more summary');
  await page.fill('#price', '1');
  await page.press('#price', 'Enter');
  await changed(page, '[data-key="cost/cost"]', before);
  const cheap = await cost();
  await page.selectOption('#cloud', 'aws');
  await changed(page, '[data-key="cost/cost"]', cheap);
  assert.match(await page.textContent('#command'), /--cloud aws/);
  assert.doesNotMatch(await page.textContent('#command'), /--price/);
});

test('files are dropped and pasted, and their headers are the model', async (t) => {
  const config = JSON.stringify({ model_type: 'llama', architectures: ['LlamaForCausalLM'], hidden_size: 4096, intermediate_size: 14336, num_attention_heads: 32, num_hidden_layers: 32, num_key_value_heads: 8, vocab_size: 128256, tie_word_embeddings: false, max_position_embeddings: 131072, torch_dtype: 'bfloat16' });
  const page = await open(t);
  const drop = (name, bytes, size = bytes.length) => page.evaluate(([n, b, rest]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(b), new Uint8Array(rest)], n));
    for (const type of ['dragover', 'drop']) document.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }, [name, [...bytes], size - bytes.length]);
  await drop('mine.json', Buffer.from(config));
  await page.waitForFunction(() => document.querySelector('.verdict .subject strong')?.textContent === 'mine');
  await page.waitForFunction(() => location.hash.includes('config='));
  const second = await page.context().newPage(); // the link has the file
  await second.goto(page.url());
  await settled(second);
  assert.equal(await headline(second), await headline(page));
  const { header, size } = gguf();
  await drop('tiny.gguf', header, size);
  await page.waitForFunction(() => document.querySelector('#command')?.textContent.includes('./tiny.gguf'));
  await drop('wrong.bin', Buffer.from('x'));
  await page.waitForSelector('.problem');
});

test('what is mistyped is explained, with what would work', async (t) => {
  const page = await open(t, '#/run?model=llama-3.1-8&on=rtx-4090');
  await page.waitForSelector('.problem');
  assert.match(await page.textContent('.problem'), /llama-3\.1-8b/);
  await page.click('[data-key="hint"]');
  await page.waitForSelector('.verdict .badge.fits');
  assert.equal(await page.inputValue('#model'), 'llama-3.1-8b');
  page.wrong.splice(0, page.wrong.length, ...page.wrong.filter((w) => !/status of 422/.test(w)));
});

test('the page speaks Chinese, and remembers it', async (t) => {
  const page = await open(t);
  await page.click('[data-key="lang"]');
  await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
  await settled(page);
  assert.match(await headline(page), /可放下/);
  await page.reload();
  await settled(page);
  assert.match(await headline(page), /可放下/);
  await page.waitForSelector('#run-tables table');
  const words = await page.evaluate(() => document.body.innerText.match(/\b(fits|weights|tokens per second|Devices|Memory)\b/g));
  assert.equal(words, null);
});

const views = { run: '#/run', 'does not fit': '#/run?model=llama-3.1-70b&on=rtx-4090', train: '#/train', card: '#/card', compare: '#/compare?s=%23%2Frun%3Fmodel%3D7B%26on%3Dh100&s=%23%2Frun%3Fmodel%3D13B%26on%3Dh100' };

for (const [name, hash] of Object.entries(views)) {
  test(`axe finds nothing serious: ${name}`, async (t) => {
    for (const [colorScheme, locale, width] of [['light', 'en-US', 1280], ['dark', 'zh-CN', 390]]) {
      const page = await open(t, hash, { colorScheme, locale, viewport: { width, height: 900 }, bypassCSP: true });
      await page.waitForTimeout(500);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      const serious = violations.filter((v) => ['serious', 'critical'].includes(v.impact));
      assert.deepEqual(serious.map((v) => `${v.id}: ${v.nodes.map((n) => n.target + (n.any[0]?.message ?? '')).slice(0, 4).join('; ')}`), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `the page is ${wide} pixels wider than the screen`);
    }
  });
}

test('a printed page is the report of its link', async (t) => {
  const page = await open(t, '#/train');
  await page.emulateMedia({ media: 'print' });
  assert.ok(!(await page.isVisible('#question')));
  assert.ok(await page.isVisible('.tools .origin'));
  assert.ok(await page.isVisible('.membar'));
});

test('screenshots', { skip: !process.env.SHOTS }, async (t) => {
  for (const width of [1280, 800, 390]) for (const colorScheme of ['light', 'dark']) for (const locale of ['en-US', 'zh-CN']) for (const [name, hash] of Object.entries(views)) {
    const page = await open(t, hash, { colorScheme, locale, viewport: { width, height: 900 } });
    await page.waitForTimeout(900);
    await page.screenshot({ path: join(process.env.SHOTS, `${name.replaceAll(' ', '-')}-${width}-${colorScheme}-${locale}.png`), fullPage: true });
  }
});
