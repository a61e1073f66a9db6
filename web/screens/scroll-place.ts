const nearEnd = 48;

/** Where a reader is in a scrolling list, and how to stay there while rows come and go around them. */
export class ScrollPlace {
  readonly #list: HTMLElement;
  #anchor: HTMLElement | null = null;
  #offset = 0;

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

  /** The first row in sight; null when there is none. */
  get firstRow(): HTMLElement | null {
    const { top } = this.#list.getBoundingClientRect();
    const rows = this.#list.querySelectorAll<HTMLElement>("[data-key]");
    return [...rows].find((row) => row.getBoundingClientRect().bottom > top + 1) ?? null;
  }

  rowOf(key: string): HTMLElement | null {
    return this.#list.querySelector(`[data-key="${key}"]`);
  }

  /** Notes which row one is reading, before the rows change. */
  remember(): void {
    this.#anchor = this.firstRow;
    this.#offset = this.#anchor?.getBoundingClientRect().top ?? 0;
  }

  /** Puts the row one was reading back where it was. */
  restore(): void {
    if (!this.#anchor?.isConnected) return;
    this.#list.scrollTop += this.#anchor.getBoundingClientRect().top - this.#offset;
  }

  goToEnd(): void {
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  /** Puts a row near the top when there is more than a screen from there on; otherwise goes to the end. */
  goTo(row: HTMLElement | null): void {
    this.goToEnd();
    if (!row) return;
    const above = row.getBoundingClientRect().top - this.#list.getBoundingClientRect().top;
    if (above < 0) this.#list.scrollTop += above - this.#list.clientHeight / 5;
  }
}
