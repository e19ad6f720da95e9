// Elements without a framework: text is set as text, never as markup.

/** An element with attributes and children. A function under "on…" listens. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** An element of SVG. */
export function s(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'style') for (const [name, v] of Object.entries(value)) element.style.setProperty(name, v);
    else if (typeof value !== 'string' && element instanceof HTMLElement && key in element) element[key] = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== undefined && c !== null && c !== false));
  return element;
}

/** Runs a function when nothing has asked for it for a while. */
export function later(wait, f) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), wait);
  };
}

/** Says something to a screen reader. */
export function announce(words) {
  document.getElementById('live').textContent = words;
}

/** Keeps the focus at the element with the same key while the content around it is replaced. */
export function replaced(container, ...children) {
  const key = document.activeElement?.closest?.('[data-key]')?.dataset.key;
  const within = container.contains(document.activeElement);
  container.replaceChildren(...children.flat(Infinity).filter(Boolean));
  if (within && key) container.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
