// Numbers as people read them: three digits in a unit of their own.
// What a unit is called depends on the language.

import { t } from './words.js';

/** Three significant digits, without an exponent. */
export function digits(n, most = 3) {
  if (n === 0) return '0';
  const rounded = Number(n.toPrecision(most));
  const whole = Math.floor(Math.log10(Math.abs(rounded))) + 1;
  return rounded.toFixed(Math.max(0, Math.min(20, most - whole)));
}

/** A number in the largest of some steps that it reaches. */
function scaled(n, steps) {
  const [from, unit, size = from] = steps.find(([from]) => Math.abs(n) >= from * 0.9995) ?? steps.at(-1);
  return [n / size, unit];
}

const withUnit = (n, steps, gap = ' ') => {
  const [value, unit] = scaled(n, steps);
  return digits(value) + (unit ? gap + unit : '');
};

const byteSteps = [[2 ** 50, 'PiB'], [2 ** 40, 'TiB'], [2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB'], [1, 'B']];
const countSteps = [[1e12, 'T'], [1e9, 'B'], [1e6, 'M'], [1e3, 'K'], [1, '']];
const flopSteps = [[1e24, 'YFLOP'], [1e21, 'ZFLOP'], [1e18, 'EFLOP'], [1e15, 'PFLOP'], [1e12, 'TFLOP'], [1, 'FLOP']];
const massSteps = [[1e3, 't'], [1, 'kg'], [1e-3, 'g']];
const energySteps = [[1e6, 'GWh'], [1e3, 'MWh'], [1, 'kWh'], [1e-3, 'Wh']];

/** A form of numbers in units: it says one number, and knows the unit that several share. */
const form = (steps, nameOf = (unit) => unit) => Object.assign(
  (n) => { const [value, unit] = scaled(n, steps); return `${digits(value)} ${nameOf(unit)}`; },
  { shared: (n) => { const [, unit] = scaled(n, steps); return [steps.find(([, u]) => u === unit)[2] ?? steps.find(([, u]) => u === unit)[0], nameOf(unit)]; } },
);

export const bytes = form(byteSteps);
export const flops = form(flopSteps);
export const kg = form(massSteps);
export const kwh = form(energySteps);

/** A number of parameters, tokens or device-hours: 70.6B. Small whole numbers stay whole. */
export const count = (n) => (Math.abs(n) < 1000 && Number.isInteger(n) ? String(n) : withUnit(n, countSteps, ''));

/** A number of tokens as flags take it and people say it: 8K is 8192. */
export const tokens = (n) => (n >= 1024 && n % 1024 === 0 && n < 2 ** 30 ? `${n / 1024}K` : whole(n));

/** A whole number in full, in groups of three. */
export const whole = (n) => Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g, ',');

/** Dollars. */
export const usd = (n) => (Math.abs(n) < 100 && n !== 0 ? `$${Math.abs(n) >= 1 ? n.toFixed(2) : digits(n)}` : `$${count(Number(n.toPrecision(3)))}`);

// Days are said from two of them on, and have a size of their own.
const timeSteps = [[365.25 * 86400, 'years'], [2 * 86400, 'days', 86400], [3600, 'h'], [60, 'min'], [1, 's'], [1e-3, 'ms'], [1e-6, 'µs']];

/** A duration. */
export const seconds = form(timeSteps, (unit) => t(`unit.${unit}`));

export const percent = (share) => (share !== 0 && Math.abs(share) < 0.0005 ? '<0.1 %' : `${digits(100 * share, share >= 0.1 ? 3 : 2)} %`);

/** How far a value is from another: "+12 %", "−3 %", "x12". */
export function change(value, first) {
  const ratio = value / first;
  if (ratio >= 10) return `×${digits(ratio, 2)}`;
  const share = Math.round(100 * (ratio - 1));
  return share > 0 ? `+${share} %` : share < 0 ? `−${-share} %` : '0 %';
}

/** A band in the unit of the value that it is around: "0.56–2.37 years". */
export function band(low, high, form, mid = high) {
  if (!form.shared) return `${form(low)}–${form(high)}`;
  const [size, unit] = form.shared(mid);
  return `${digits(low / size)}–${digits(high / size)} ${unit}`;
}
