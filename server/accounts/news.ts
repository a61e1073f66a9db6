import type { AccountNews, EventOf } from "../protocol/events.ts";

/** Tells the devices of an account what has happened to it. */
export interface News {
  tell(userId: number, what: AccountNews, device: string): void;
}

/** `publish` takes an event to all devices of a user, on this node and all others. */
export function news(
  publish: (userId: number, event: EventOf<"account.notified">) => void,
  now: () => number,
): News {
  return {
    tell: (userId, what, device) =>
      publish(userId, { type: "account.notified", what, device: device.slice(0, 200), at: now() }),
  };
}
