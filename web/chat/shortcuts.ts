/** What opens above the chat by a key, or from there; or why something from there failed. */
export type Asked = "switcher" | "shortcuts" | "log out" | { failed: string };

/** Where keys lead that hold wherever one is in the chat. */
export interface Goings {
  switcher(): void;
  shortcuts(): void;
  /** To the conversation above or below, or to the next of those with something unread. */
  along(step: 1 | -1, unread: boolean): void;
}

/** Follows a key; leaves alone what belongs to what is being written. */
export function shortcut(event: KeyboardEvent, go: Goings): void {
  if (event.defaultPrevented || event.isComposing || inDialog(event.target)) return;
  const act = actOf(event, go);
  if (!act) return;
  event.preventDefault();
  act();
}

function actOf(event: KeyboardEvent, go: Goings): (() => void) | null {
  const { key, altKey, shiftKey } = event;
  const command = event.ctrlKey || event.metaKey;
  if (command && !altKey && !shiftKey && key.toLowerCase() === "k") return go.switcher;
  if (command && !altKey && key === "/") return go.shortcuts;
  if (key === "?" && !command && !altKey && !isWriting(event.target)) return go.shortcuts;
  if (altKey && !command && (key === "ArrowUp" || key === "ArrowDown"))
    return () => go.along(key === "ArrowUp" ? -1 : 1, shiftKey);
  return null;
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof Element && target.matches("input, textarea, select, [contenteditable]");

const inDialog = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest("[role=dialog], [role=alertdialog], [role=menu]") !== null;
