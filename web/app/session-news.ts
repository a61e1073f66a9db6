import type { Me } from "../chat/chat-deps.ts";
import type { OriginStorage } from "../transport/storage.ts";

/** What happened to the session of this browser in another of its tabs: somebody logged in, or this person logged out. */
export type News = { loggedIn: true } | { loggedOut: Me };

const key = "secure-chat.session-news";

/** Tells the other tabs of this browser, which hear of each change of the storage that they share; nothing stays there. */
export function tellTabs(storage: OriginStorage, news: News): void {
  storage.write(key, JSON.stringify(news));
  storage.remove(key);
}

/** The news in a change of the storage; null where there is none. */
export function newsIn(changed: string | null, value: string | null): News | null {
  return changed === key && value !== null ? JSON.parse(value) : null;
}
