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
  /** Lives and dies with the tab. */
  tabStorage: OriginStorage;
  tabs: Tabs;
  /** The session behind the socket is gone; the sentence says why. With the account what is still to be sent goes too. */
  ended(why: string, unsent: "keep" | "discard"): void;
  /** The socket would not open, or belongs to someone else: the session has to be asked about. */
  doubted(): Promise<void>;
  /** The server is called something else now, or welcomes others. */
  settings(settings: PublicSettings): void;
  /** The server speaks another version of the protocol than this page. */
  outdated(): void;
}
