// @ts-check
/** Small helpers around the document. */

/** The element with an id. @param {string} id @returns {any} */
export const $ = (id) => document.getElementById(id);

/**
 * Makes an element.
 * @param {string} tag @param {Record<string, any>} [properties] properties; those with a dash are attributes
 * @param {(Node|string)[]} children
 * @returns {any}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-') || name === 'role') element.setAttribute(name, value);
    else Object.assign(element, { [name]: value });
  }
  element.append(...children);
  return element;
}

/** One of the page's drawings. @param {string} name */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#i-${name}`);
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(use);
  return svg;
}

/** Gives a button a drawing and the words for it. @param {HTMLElement} button @param {string} name @param {string} [label] */
export function face(button, name, label) {
  button.replaceChildren(icon(name));
  if (!label) return;
  button.setAttribute('aria-label', label);
  button.title = label;
}

/** Tells those who listen to the page instead of looking at it. @param {string} text */
export function announce(text) {
  $('polite').textContent = text;
}

/** The letters that stand for a name. @param {string} name */
export function initials(name) {
  const words = name.trim().split(/[\s._-]+/u).filter(Boolean);
  const [first = '?', last = ''] = [words[0], words.length > 1 ? words[words.length - 1] : ''];
  return `${[...first][0] ?? '?'}${[...last][0] ?? ''}`.toUpperCase();
}

/** One of the calm colours of avatars, always the same for a name. @param {string} name */
export function tint(name) {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 997;
  return `tint-${hash % 6}`;
}

/** A number of bits a second for people. @param {number|null} bitrate */
export function readableBitrate(bitrate) {
  if (bitrate === null) return '–';
  return bitrate >= 1_000_000 ? `${(bitrate / 1_000_000).toFixed(1)} Mbit/s` : `${Math.round(bitrate / 1000)} kbit/s`;
}
