/** An event target whose events are known by name. */
/**
 * Each event is a `CustomEvent` whose facts are in `detail`.
 * @template {object} Events the facts of each event, by its name
 */
export class Emitter<Events extends object> extends EventTarget {
    constructor();
    /**
     * Calls `listener` with the facts of every such event.
     * @template {keyof Events & string} Type
     * @param {Type} type @param {(detail: Events[Type]) => void} listener
     * @returns {() => void} what stops it
     */
    on<Type extends keyof Events & string>(type: Type, listener: (detail: Events[Type]) => void): () => void;
    /**
     * The facts of the next such event.
     * @template {keyof Events & string} Type
     * @param {Type} type @returns {Promise<Events[Type]>}
     */
    next<Type extends keyof Events & string>(type: Type): Promise<Events[Type]>;
    /**
     * @template {keyof Events & string} Type
     * @param {Type} type
     * @param {((event: CustomEvent<Events[Type]>) => void)|EventListenerObject|null} listener
     * @param {boolean|AddEventListenerOptions} [options]
     * @override
     */
    override addEventListener<Type extends keyof Events & string>(type: Type, listener: ((event: CustomEvent<Events[Type]>) => void) | EventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
    /**
     * Tells those who listen. For this library's own use.
     * @template {keyof Events & string} Type
     * @param {Type} type @param {Events[Type]} detail
     */
    emit<Type extends keyof Events & string>(type: Type, detail: Events[Type]): void;
}
