import { browserSystem } from "../transport/system.ts";

/** For how long a finger rests on a message before it opens what can be done with it. */
const holdMs = 450;
/** How far a finger may stray, in pixels, and still rests. */
const slack = 10;
/** From where on letting go answers the message, and how far it can be pulled. */
const enough = 56;
const most = 80;

interface Touch {
  id: number;
  x: number;
  y: number;
  article: HTMLElement;
  /** How far it was pulled to the right, once that is what the finger does. */
  pulled: number | null;
  held: boolean;
  stopWaiting(): void;
}

/**
 * Lets a finger that rests on a message open its menu, and one that pulls it to the right answer it. Up and down is left to the
 * browser, which scrolls and then cancels the touch (Pointer Events, section "pointercancel").
 */
export function gestures(log: HTMLElement): () => void {
  let touch: Touch | null = null;

  const pull = (by: number | null) => {
    if (!touch) return;
    touch.pulled = by;
    touch.article.style.translate = by === null ? "" : `${by}px`;
    touch.article.toggleAttribute("data-answers", by !== null && by >= enough);
  };
  const end = () => {
    touch?.stopWaiting();
    pull(null);
    touch = null;
  };
  const down = ({ pointerType, isPrimary, target, pointerId: id, clientX: x, clientY: y }: PointerEvent) => {
    end();
    if (pointerType !== "touch" || !isPrimary || !(target instanceof Element)) return;
    const article = target.closest<HTMLElement>("article");
    if (!article || target.closest("a, button, pre, input, textarea")) return;
    const stopWaiting = browserSystem.after(holdMs, hold);
    touch = { id, x, y, article, pulled: null, held: false, stopWaiting };
  };
  const hold = () => {
    const menu = touch?.article.querySelector<HTMLElement>('button[aria-haspopup="menu"]');
    if (!touch || !menu) return;
    touch.held = true;
    menu.click();
  };
  const move = ({ pointerId, clientX, clientY }: PointerEvent) => {
    if (touch?.id !== pointerId || touch.held) return;
    const [right, down] = [clientX - touch.x, Math.abs(clientY - touch.y)];
    if (touch.pulled === null && Math.hypot(right, down) <= slack) return;
    touch.stopWaiting();
    if (touch.pulled === null && right < 2 * down) end();
    else pull(Math.min(Math.max(right - slack, 0), most));
  };
  const up = () => {
    const answer =
      touch && (touch.pulled ?? 0) >= enough
        ? touch.article.querySelector<HTMLElement>("[data-swiped]")
        : null;
    if (!touch?.held) end();
    answer?.click();
  };
  /** The click that ends a long press would choose from the menu that it has opened, or close it. */
  const lifted = (event: TouchEvent) => {
    if (!touch?.held) return;
    event.preventDefault();
    end();
  };
  /** The browser's own menu of a long press. */
  const menu = (event: Event) => {
    if (touch) event.preventDefault();
  };

  log.addEventListener("pointerdown", down);
  log.addEventListener("pointermove", move);
  log.addEventListener("pointerup", up);
  log.addEventListener("pointercancel", end);
  log.addEventListener("touchend", lifted, { passive: false });
  log.addEventListener("contextmenu", menu);
  return () => {
    end();
    log.removeEventListener("pointerdown", down);
    log.removeEventListener("pointermove", move);
    log.removeEventListener("pointerup", up);
    log.removeEventListener("pointercancel", end);
    log.removeEventListener("touchend", lifted);
    log.removeEventListener("contextmenu", menu);
  };
}
