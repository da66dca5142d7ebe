// @ts-check
/** An event target whose events are known by name. */

/**
 * Each event is a `CustomEvent` whose facts are in `detail`.
 * @template {object} Events the facts of each event, by its name
 */
export class Emitter extends EventTarget {
  /**
   * Calls `listener` with the facts of every such event.
   * @template {keyof Events & string} Type
   * @param {Type} type @param {(detail: Events[Type]) => void} listener
   * @returns {() => void} what stops it
   */
  on(type, listener) {
    const heard = (/** @type {Event} */ event) => listener(/** @type {CustomEvent} */ (event).detail);
    super.addEventListener(type, heard);
    return () => super.removeEventListener(type, heard);
  }

  /**
   * The facts of the next such event.
   * @template {keyof Events & string} Type
   * @param {Type} type @returns {Promise<Events[Type]>}
   */
  next(type) {
    return new Promise((resolve) => {
      super.addEventListener(type, (event) => resolve(/** @type {CustomEvent} */ (event).detail), { once: true });
    });
  }

  /**
   * @template {keyof Events & string} Type
   * @param {Type} type
   * @param {((event: CustomEvent<Events[Type]>) => void)|EventListenerObject|null} listener
   * @param {boolean|AddEventListenerOptions} [options]
   * @override
   */
  addEventListener(type, listener, options) {
    super.addEventListener(type, /** @type {EventListener|EventListenerObject|null} */ (listener), options);
  }

  /**
   * Tells those who listen. For this library's own use.
   * @template {keyof Events & string} Type
   * @param {Type} type @param {Events[Type]} detail
   */
  emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
