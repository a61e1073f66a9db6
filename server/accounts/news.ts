import { nameOf } from "../auth/devices.ts";
import type { AccountNews, EventOf } from "../protocol/events.ts";

/** Tells the devices of an account what has happened to it; `device` is the user agent by which it did. */
export interface News {
  tell(userId: number, what: AccountNews, device: string): void;
  /** The same as an event, for a store function that ends sessions: whoever has to go hears why. */
  notice(what: AccountNews, device: string): EventOf<"account.notified">;
}

/** `publish` takes an event to all devices of a user, on this node and all others. */
export function news(
  publish: (userId: number, event: EventOf<"account.notified">) => void,
  now: () => number,
): News {
  const notice: News["notice"] = (what, device) => ({
    type: "account.notified",
    what,
    device: wordsFor(device),
    at: now(),
  });
  return { tell: (userId, what, device) => publish(userId, notice(what, device)), notice };
}

/** What a person would call a device: "Firefox on Windows". Empty where it does not tell. */
function wordsFor(userAgent: string): string {
  const { browser, system } = nameOf(userAgent);
  return [browser, system]
    .filter((name) => name !== null)
    .join(" on ")
    .slice(0, 200);
}
