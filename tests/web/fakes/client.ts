import { ServerClock } from "../../../web/app/server-clock.svelte.ts";
import { lockedTabs } from "../../../web/app/tabs.ts";
import { Chat } from "../../../web/chat/chat.svelte.ts";
import { originStorage } from "../../../web/transport/storage.ts";
import { FakeBrowser, type FakeTab } from "./browser.ts";
import { alice, type ModelServer } from "./model-server.ts";
import { fakeSockets } from "./socket-pair.ts";
import { fakeSystem } from "./system.ts";

/** A chat as main.ts would make it, in a tab of a browser that the test controls, and not yet connected. */
export function openChat(server: ModelServer, tab: FakeTab = new FakeBrowser().openTab(), me = alice) {
  const system = fakeSystem();
  const clock = new ServerClock(system.now);
  server.now ??= system.now;
  const sockets = fakeSockets();
  const said: string[] = [];
  const chat = new Chat(me, {
    url: "wss://chat.test/api/socket",
    WebSocket: sockets.WebSocket,
    protocols: () => [],
    system,
    clock,
    storage: originStorage(() => tab.storage),
    tabStorage: originStorage(() => tab.tabStorage),
    tabs: lockedTabs(() => tab.locks, system.newId()),
    ended: (why) => said.push(why),
    doubted: async () => void said.push("doubted"),
    outdated: () => said.push("outdated"),
    settings: ({ name }) => said.push(`house: ${name}`),
  });
  tab.heard = (key) => chat.outbox.stored(key);
  /** Connects, or connects again, and does everything that follows from it. */
  const connect = () => {
    chat.connection.connect();
    server.accept(sockets.last);
    server.settle();
  };
  /** Lets time pass with a server that answers, and that takes the client in again where it gave a silent connection up. */
  const pass = (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      system.advance(500);
      if (sockets.last !== server.socket) server.accept(sockets.last);
      server.settle();
    }
  };
  return { chat, clock, system, sockets, said, connect, pass };
}
