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
 * times. The browser copies a selection within one message by itself.
 */
export function copiesAsShown(log: HTMLElement): () => void {
  const copy = (event: ClipboardEvent) => {
    const selection = document.getSelection();
    if (!selection || !event.clipboardData || isWithinOneText(selection)) return;
    const text = textOf(log, selection);
    if (text === "") return;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  };
  log.addEventListener("copy", copy);
  return () => log.removeEventListener("copy", copy);
}

const textAround = (node: Node | null): Element | null =>
  (node instanceof Element ? node : (node?.parentElement ?? null))?.closest("[data-text]") ?? null;

function isWithinOneText({ anchorNode, focusNode }: Selection): boolean {
  const text = textAround(anchorNode);
  return text !== null && text === textAround(focusNode);
}

/** The selected text of a log; a blank line stands above each run of messages, and around what nobody wrote. */
function textOf(log: HTMLElement, selection: Selection): string {
  const ranges = Array.from({ length: selection.rangeCount }, (_, at) => selection.getRangeAt(at));
  const selected = (node: Element | null) =>
    node ? ranges.map((range) => partOf(node, range)).join("") : "";
  const written = (node: Element | null) => {
    const part = selected(node);
    return node && part !== "" && part === node.textContent ? (sources.get(node)?.() ?? part) : part;
  };
  const paragraphs: string[][] = [];
  let isRun = false;
  for (const row of log.querySelectorAll("[data-key]")) {
    const isMessage = row.matches("article");
    const head = [...row.querySelectorAll(isMessage ? "header > *" : ".label, bdi, time")];
    const above = head.map(selected).filter(Boolean).join(" ");
    const lines = [above, isMessage ? written(row.querySelector("[data-text], p")) : ""].filter(Boolean);
    if (lines.length === 0) continue;
    if (isRun && isMessage && above === "") paragraphs.at(-1)!.push(...lines);
    else paragraphs.push(lines);
    isRun = isMessage;
  }
  return paragraphs.map((lines) => lines.join("\n")).join("\n\n");
}

/** The part of a node's text that lies in a range. */
function partOf(node: Element, range: Range): string {
  if (!range.intersectsNode(node)) return "";
  const part = document.createRange();
  part.selectNodeContents(node);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0)
    part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0)
    part.setEnd(range.endContainer, range.endOffset);
  return part.toString();
}
