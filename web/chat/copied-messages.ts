import { hiddenText } from "./plain-text.ts";

/** What a message was written as, by the element that shows it. */
const sources = new WeakMap<Element, () => string>();

/** Says of an element what the message in it was written as. */
export const source =
  (text: () => string) =>
  (element: Element): void => {
    sources.set(element, text);
    element.setAttribute("data-text", "");
  };

/**
 * Makes copied text look like the log: author and time above each run of messages, a line for each message, and no hidden
 * times. A whole message is copied as it was written. The browser copies a part of one message by itself.
 */
export function copiesAsShown(log: HTMLElement): () => void {
  const copy = (event: ClipboardEvent) => {
    const selection = document.getSelection();
    if (!selection || !event.clipboardData) return;
    const one = textAround(selection.anchorNode);
    const isOne = one !== null && one === textAround(selection.focusNode);
    const text = isOne ? sourceIn(one, rangesOf(selection)) : textOf(log, selection);
    if (!text) return;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  };
  log.addEventListener("copy", copy);
  return () => log.removeEventListener("copy", copy);
}

const textAround = (node: Node | null): Element | null =>
  (node instanceof Element ? node : (node?.parentElement ?? null))?.closest("[data-text]") ?? null;

/** The selected text of a log; a blank line stands above each run of messages, and around what nobody wrote. */
function textOf(log: HTMLElement, selection: Selection): string {
  const ranges = rangesOf(selection);
  const selected = (node: Element | null) => (node ? textIn(node, ranges) : "");
  const written = (node: Element | null) => (node && sourceIn(node, ranges)) ?? selected(node);
  const paragraphs: string[][] = [];
  let isRun = false;
  for (const row of log.querySelectorAll("[data-key]")) {
    const isMessage = row.matches("article");
    const head = [...row.querySelectorAll(isMessage ? "header > *" : ".label, bdi, time")];
    const above = head.map(selected).filter(Boolean).join(" ");
    const lines = [
      above,
      isMessage ? written(row.querySelector("[data-text]") ?? row.querySelector("p")) : "",
    ].filter(Boolean);
    if (lines.length === 0) continue;
    if (isRun && isMessage && above === "") paragraphs.at(-1)!.push(...lines);
    else paragraphs.push(lines);
    isRun = isMessage;
  }
  return paragraphs.map((lines) => lines.join("\n")).join("\n\n");
}

const rangesOf = (selection: Selection): Range[] =>
  Array.from({ length: selection.rangeCount }, (_, at) => selection.getRangeAt(at));

/** What a message was written as, where all of it is selected. */
function sourceIn(node: Element, ranges: Range[]): string | null {
  const isWhole = ranges.some((range) => partOf(node, range)?.toString() === node.textContent);
  return isWhole ? (sources.get(node)?.() ?? null) : null;
}

/** The selected text of a node, as it is seen: a line for each block, without what stands around code or is hidden. */
function textIn(node: Element, ranges: Range[]): string {
  return ranges
    .map((range) => {
      const part = partOf(node, range)?.cloneContents();
      if (!part) return "";
      for (const hidden of part.querySelectorAll("[inert]")) hidden.textContent = hiddenText;
      const blocks = [...part.querySelectorAll("p, pre")];
      return blocks.length === 0 ? part.textContent : blocks.map((block) => block.textContent).join("\n");
    })
    .join("");
}

/** The part of a node that lies in a range. */
function partOf(node: Element, range: Range): Range | null {
  if (!range.intersectsNode(node)) return null;
  const part = document.createRange();
  part.selectNodeContents(node);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0)
    part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0)
    part.setEnd(range.endContainer, range.endOffset);
  return part;
}
