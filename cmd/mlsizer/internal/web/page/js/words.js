// The words of the page, which the server has in every language.

let words = {};
let current = 'en';

/** The languages there are, each by its own name. */
export const languages = { en: 'English', zh: '中文' };

/** Loads the words of a language. */
export async function load(lang) {
  const response = await fetch(`/words/${lang}.json`);
  words = await response.json();
  current = lang;
}

/** The language in use. */
export const lang = () => current;

/** The words for a key; each %s is replaced by a value in turn. */
export function t(key, ...values) {
  if (!(key in words)) {
    console.error(`no words for ${key}`);
    return key;
  }
  let next = 0;
  return words[key].replace(/%s/g, () => values[next++]);
}

/** The words for a key of a table, or what the key itself says where there are none. */
export const named = (table, key) => words[`${table}.${key}`] ?? words[`derived.${key}`] ?? key;
