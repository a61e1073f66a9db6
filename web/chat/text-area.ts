import type { Draft, Edit } from "./writing-keys.ts";

/** What is written in a text area, and selected. */
export const draftOf = ({ value, selectionStart, selectionEnd }: HTMLTextAreaElement): Draft => ({
  text: value,
  start: selectionStart,
  end: selectionEnd,
});

/** Edits a text area as if it had been typed, so that undoing takes it back. */
export function apply(area: HTMLTextAreaElement, { from, to, insert, start, end }: Edit): void {
  area.focus();
  area.setSelectionRange(from, to);
  // Deprecated, and still the only edit that the browser can undo.
  if (from !== to || insert !== "")
    document.execCommand(insert === "" ? "delete" : "insertText", false, insert);
  area.setSelectionRange(start, end);
}
