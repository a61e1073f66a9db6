const nearEnd = 48;

/** Where a reader is in a scrolling list, and how to stay there while rows come and go around them. */
export class ScrollPlace {
  readonly #list: HTMLElement;
  /** The row one is reading, and where in the list it stood when that was last noted. */
  #anchor: HTMLElement | null = null;
  #height = 0;

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

  /** Notes which row one is reading. */
  note(): void {
    this.#anchor = this.firstRow;
    this.#height = this.#anchor ? this.#heightOf(this.#anchor) : 0;
  }

  /** Scrolls as far as the row one is reading was moved by what came or went above it. */
  restore(): void {
    if (!this.#anchor?.isConnected) return;
    this.#list.scrollTop += this.#heightOf(this.#anchor) - this.#height;
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

  /** Where a row stands in the list, however far that is scrolled. */
  #heightOf(row: HTMLElement): number {
    return row.getBoundingClientRect().top + this.#list.scrollTop;
  }
}
