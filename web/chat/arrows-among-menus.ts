const steps: Record<string, number> = { ArrowUp: -1, ArrowDown: 1 };

/** Lets the arrow keys go from the menu of one message to the next one's: Tab stops at one of them only. */
export function arrowsAmongMenus(log: HTMLElement): () => void {
  const move = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (!step || !(event.target instanceof HTMLElement)) return;
    const menus = [...log.querySelectorAll<HTMLElement>('article button[aria-haspopup="menu"]')];
    const at = menus.indexOf(event.target);
    if (at === -1) return;
    event.preventDefault();
    menus[at + step]?.focus();
  };
  log.addEventListener("keydown", move);
  return () => log.removeEventListener("keydown", move);
}
