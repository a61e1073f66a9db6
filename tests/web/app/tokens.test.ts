import { expect, test } from "bun:test";
import { Links } from "../../../web/app/tokens.svelte.ts";
import { originStorage } from "../../../web/transport/storage.ts";
import { FakeBrowser } from "../fakes/browser.ts";

function emptyStorage() {
  const kept = new FakeBrowser().openTab().tabStorage;
  return { storage: originStorage(() => kept), kept };
}

/** A window at an address, as far as links need one. */
function windowAt(pathname: string, hash: string) {
  const location = { pathname, hash };
  const heard: (() => void)[] = [];
  const addresses: string[] = [];
  const history = {
    replaceState(_state: unknown, _title: string, address: string) {
      addresses.push(address);
      location.hash = "";
    },
  };
  const addEventListener = (_type: "hashchange", hear: () => void) => heard.push(hear);
  return {
    window: { location, history, addEventListener } as unknown as Window,
    addresses,
    /** Somebody opens a link with another fragment where the page is open. */
    become(next: string) {
      location.hash = next;
      for (const hear of heard) hear();
    },
  };
}

test("ASVS 14.2.1 the secret of a link goes out of the address bar at once, and outlives a reload", () => {
  const { storage } = emptyStorage();
  const { window, addresses } = windowAt("/join", "#7-abc_DEF");
  const links = new Links(window, storage);
  expect([links.of("join"), links.of("reset"), links.of("setup")]).toEqual(["7-abc_DEF", null, null]);
  expect(addresses).toEqual(["/join"]);
  expect(window.location.hash).toBe("");
  expect(new Links(windowAt("/join", "").window, storage).of("join")).toBe("7-abc_DEF");
});

test("what has done its work is forgotten, after a reload too", () => {
  const { storage, kept } = emptyStorage();
  const links = new Links(windowAt("/reset", "#token").window, storage);
  links.forget("reset");
  expect(links.of("reset")).toBeNull();
  expect(kept.length).toBe(0);
  expect(new Links(windowAt("/reset", "").window, storage).of("reset")).toBeNull();
});

test("another link that is opened in the same tab takes the place of the first", () => {
  const { storage } = emptyStorage();
  const page = windowAt("/join", "#1-first");
  const links = new Links(page.window, storage);
  page.become("#2-second");
  expect(links.of("join")).toBe("2-second");
  expect(page.addresses).toEqual(["/join", "/join"]);
});

test("a link that somebody has put a slash into is taken as well", () => {
  const { storage } = emptyStorage();
  const { window, addresses } = windowAt("/join/", "#7-abc");
  expect([new Links(window, storage).of("join"), addresses]).toEqual(["7-abc", ["/join/"]]);
});

test("a fragment of any other page is nobody's secret", () => {
  const { storage, kept } = emptyStorage();
  const { window, addresses } = windowAt("/c/group", "#7-abc");
  const links = new Links(window, storage);
  expect([links.of("join"), addresses, kept.length]).toEqual([null, [], 0]);
});

test("a browser that keeps nothing still lets one in", () => {
  const browser = new FakeBrowser();
  browser.full = true;
  const links = new Links(
    windowAt("/setup", "#token").window,
    originStorage(() => browser.openTab().tabStorage),
  );
  expect(links.of("setup")).toBe("token");
});

for (const [text, token] of [
  ["https://chat.example/join#7-abc_DEF", "7-abc_DEF"],
  ["  7-abc_DEF\n", "7-abc_DEF"],
  ["", null],
  ["please let me in", null],
  ["https://chat.example/join", null],
  ["https://chat.example/join#", null],
] as const)
  test(`pasted: ${JSON.stringify(text)} ${token === null ? "is no invitation" : "is one"}`, () => {
    const { storage } = emptyStorage();
    const links = new Links(windowAt("/register", "").window, storage);
    expect(links.paste("join", text)).toBe(token !== null);
    expect(links.of("join")).toBe(token);
  });
