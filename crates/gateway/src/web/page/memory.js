// @ts-check
/** What the page remembers from one visit to the next. Private windows may forget at once. */

const KEY = 'switchyard.page';

/**
 * @typedef {{name?: string, theme?: string, camera?: string, microphone?: string, cameraOn?: boolean,
 *   microphoneOn?: boolean, keys?: boolean, layout?: string}} Memory
 */

/** @returns {Memory} */
export function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    return {};
  }
}

/** @param {Memory} changes */
export function remember(changes) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...remembered(), ...changes }));
  } catch {
    // Then it is asked again next time.
  }
}

/** An identity that a reload of this tab keeps, and another tab does not share. @param {string} name */
export function identityFor(name) {
  const slug = name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, 24) || 'guest';
  try {
    const known = sessionStorage.getItem(`${KEY}.identity`);
    if (known?.startsWith(`${slug}-`)) return known;
    const made = `${slug}-${Math.random().toString(36).slice(2, 7)}`;
    sessionStorage.setItem(`${KEY}.identity`, made);
    return made;
  } catch {
    return `${slug}-${Math.random().toString(36).slice(2, 7)}`;
  }
}
