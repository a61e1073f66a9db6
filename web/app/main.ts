import "@fontsource-variable/figtree/wght.css";
import "../styles/tokens.css";
import "../styles/base.css";
import { mount } from "svelte";
import { totalHeader } from "../../server/protocol/export.ts";
import { protocolsOf } from "../../server/protocol/session-key.ts";
import { Chat } from "../chat/chat.svelte.ts";
import { createCall } from "../transport/call.ts";
import { takesCookies } from "../transport/cookies.ts";
import { createDownload } from "../transport/download.ts";
import { oneAtATime, SessionKey, showing } from "../transport/session-key.ts";
import { originStorage } from "../transport/storage.ts";
import { browserSystem as system } from "../transport/system.ts";
import { timedFetch } from "../transport/timed-fetch.ts";
import App from "./App.svelte";
import { Attention } from "./attention.svelte.ts";
import { Router } from "./router.svelte.ts";
import { ServerClock } from "./server-clock.svelte.ts";
import { Session } from "./session.svelte.ts";
import { lockedTabs } from "./tabs.ts";
import { Theme } from "./theme.ts";
import { Links } from "./tokens.svelte.ts";

/** Reloads to get the client that fits the server, but not again within a minute, in case that one does not fit either. */
function reload(): void {
  const [loading] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (loading?.type === "reload" && performance.now() < 60_000) return;
  location.reload();
}

const storage = originStorage(() => localStorage);
const tabStorage = originStorage(() => sessionStorage);
const tabs = lockedTabs(() => navigator.locks, system.newId());
const clock = new ServerClock(system.now);
const timed = timedFetch(
  (url, init) => fetch(url, init),
  system.now,
  (...moments) => clock.heard(...moments),
);
const key = new SessionKey(storage, system.newSecret);
const fetchWithKey = showing(key, timed);
const session = new Session(
  createCall(fetchWithKey),
  createDownload(fetchWithKey, totalHeader),
  (me, hear) =>
    new Chat(me, {
      url: `wss://${location.host}/api/socket`,
      WebSocket,
      protocols: () => protocolsOf(key.show()),
      system,
      clock,
      storage,
      tabStorage,
      tabs,
      outdated: reload,
      ...hear,
    }),
  { system, storage, key },
);

/** Reloads the page as soon as the server answers: a missing file was removed by an update, or the network was down. */
async function renew(): Promise<void> {
  const answered = await fetch("/api/health").catch(() => null);
  if (answered?.ok) reload();
  else setTimeout(renew, 3000);
}
let isLacking = false;
addEventListener("vite:preloadError", () => {
  if (!isLacking) void renew();
  isLacking = true;
});

const wake = () => session.wake();
addEventListener("online", wake);
const doubt = () => session.chat?.connection.doubt();
addEventListener("offline", doubt);
// A change of network leaves the old connection dead without any event on it. Not every browser has this one.
(navigator as { connection?: EventTarget }).connection?.addEventListener("change", doubt);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
window.addEventListener("storage", ({ key, newValue }) => session.stored(key, newValue));

mount(App, {
  target: document.body,
  props: {
    session,
    router: new Router(window),
    links: new Links(window, tabStorage),
    attention: new Attention(window, system, clock),
    theme: new Theme(document, storage),
    takesCookies: takesCookies(document),
  },
});
oneAtATime(
  key,
  () => navigator.locks,
  () => session.check(),
);
