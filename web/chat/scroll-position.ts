const nearEnd = 48;

/** Where a reader is in a scrolling list, and how to stay there while rows come and go around them. */
export class ScrollPlace {
  readonly #list: HTMLElement;
  /** The message one is reading, and where in the list it ended when that was last noted. */
  #anchor: HTMLElement | null = null;
  #end = 0;
  /** How far the list was scrolled when that was last done by us. */
  #put: number | null = null;

  constructor(list: HTMLElement) {
    this.#list = list;
  }

  get toTop(): number {
    return this.#list.scrollTop;
  }

  get toEnd(): number {
    return this.#list.scrollHeight - this.#list.clientHeight - this.#list.scrollTop;
  }

  get isAtEnd(): boolean {
    return this.toEnd < nearEnd;
  }

  /** Whether the list stands where it was put last, so that no reader has moved it since. */
  get isWhereWePutIt(): boolean {
    return this.#put !== null && Math.abs(this.#list.scrollTop - this.#put) < 1;
  }

  /** The first message in sight; null when there is none. Other rows are no place: a day moves up with what comes above. */
  get firstMessage(): HTMLElement | null {
    const { top } = this.#list.getBoundingClientRect();
    const rows = this.#list.querySelectorAll<HTMLElement>("article[data-key]");
    return [...rows].find((row) => row.getBoundingClientRect().bottom > top + 1) ?? null;
  }

  /** Notes which message one is reading. */
  note(): void {
    this.#anchor = this.firstMessage;
    this.#end = this.#anchor ? this.#endOf(this.#anchor) : 0;
  }

  /**
   * Scrolls by as much as the noted message was moved by rows that came or went above it. The end of the message counts: its
   * header is hidden when a message of the same author arrives before it. The noted message stays the same, since rows may
   * change in several steps.
   */
  restore(): void {
    if (!this.#anchor?.isConnected) {
      this.note();
      return;
    }
    const end = this.#endOf(this.#anchor);
    if (end !== this.#end) this.#scrollTo(this.#list.scrollTop + end - this.#end);
    this.#end = end;
  }

  goToEnd(): void {
    this.#scrollTo(this.#list.scrollHeight);
    this.note();
  }

  /** Puts a message near the top when there is more than a screen from there on; otherwise, and for null, goes to the end. */
  goTo(seq: number | null): void {
    this.goToEnd();
    const message = this.#list.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
    if (!message) return;
    const line = message.previousElementSibling as HTMLElement | null;
    const row = line?.dataset.key === "unread" ? line : message;
    const above = row.getBoundingClientRect().top - this.#list.getBoundingClientRect().top;
    if (above < 0) this.#scrollTo(this.#list.scrollTop + above - this.#list.clientHeight / 5);
    this.note();
  }

  #scrollTo(top: number): void {
    this.#list.scrollTop = top;
    this.#put = this.#list.scrollTop;
  }

  /** Where a row ends in the list, however far that is scrolled. */
  #endOf(row: HTMLElement): number {
    return row.getBoundingClientRect().bottom + this.#list.scrollTop;
  }
}

/** Tells when the scroll bar of a list is pressed and let go; gives the function that ends it. */
export function scrollbarHold(list: HTMLElement, changed: (held: boolean) => void): () => void {
  let stop = () => {};
  const press = ({ target, pointerType }: PointerEvent) => {
    // Rows cover the list but for its scroll bar, which may take no room of its own. A finger scrolls by the rows.
    if (target !== list || pointerType === "touch") return;
    stop();
    const released = new AbortController();
    const release = () => {
      released.abort();
      changed(false);
    };
    stop = () => released.abort();
    const { signal } = released;
    for (const event of ["pointerup", "pointercancel", "mouseup", "blur"])
      window.addEventListener(event, release, { signal });
    // Not every browser fires an event when the scroll bar is let go.
    window.addEventListener("pointermove", ({ buttons }) => buttons === 0 && release(), { signal });
    changed(true);
  };
  list.addEventListener("pointerdown", press);
  return () => {
    stop();
    list.removeEventListener("pointerdown", press);
  };
}
