import type { PublicSettings } from "../../server/protocol/settings.ts";
import type { ServerClock } from "../app/server-clock.svelte.ts";
import type { Tabs } from "../app/tabs.ts";
import type { SocketDeps } from "../transport/socket.ts";
import type { OriginStorage } from "../transport/storage.ts";

/** Who is signed in. */
export interface Me {
  id: number;
  name: string;
}

export interface ChatDeps extends SocketDeps {
  clock: ServerClock;
  /** Outlives the tab, and is seen by all tabs. */
  storage: OriginStorage;
  /** Ends with the tab. */
  tabStorage: OriginStorage;
  tabs: Tabs;
  /** The session is over; the sentence says why. When the account is gone, unsent messages are discarded. */
  ended(why: string, unsent: "keep" | "discard"): void;
  /** The socket would not open, or belongs to another person: the session has to be checked. */
  doubted(): Promise<void>;
  /** The server's name, welcome or rules for joining have changed. */
  settings(settings: PublicSettings): void;
  /** The server speaks another version of the protocol than this page. */
  outdated(): void;
}
