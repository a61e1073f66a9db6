import { describe, expect, test } from "bun:test";
import { originStorage } from "../../../web/transport/storage.ts";
import { FakeBrowser } from "../fakes/browser.ts";

const refusing = () => {
  throw new DOMException("Access is denied for this document.", "SecurityError");
};
/** A storage that is there, and of which every use is refused. */
const unusable = new Proxy({} as Storage, { get: refusing });
/** One that takes everything and keeps nothing. */
const forgetful = { length: 0, key: () => null, getItem: () => null, setItem() {}, removeItem() {} };

const refusals: [string, () => Storage | null | undefined][] = [
  ["the mere asking is refused", refusing],
  ["there is none", () => null],
  ["it is not known at all", () => undefined],
  ["every use of it is refused", () => unusable],
  ["it takes everything and keeps nothing", () => forgetful as unknown as Storage],
  ["it is full", () => Object.assign(new FakeBrowser(), { full: true }).openTab().storage],
];

for (const [why, open] of refusals)
  describe(`where ${why}`, () => {
    test("it says that it keeps nothing, before and after it was asked to", () => {
      const storage = originStorage(open);
      expect(storage.keeps).toBe(false);
      expect(storage.write("a", "1")).toBe(false);
      expect(storage.keeps).toBe(false);
    });

    test("what was written is read again for as long as the page is open", () => {
      const storage = originStorage(open);
      storage.write("a", "1");
      storage.write("b", "2");
      expect([storage.read("a"), storage.read("c"), storage.keys()]).toEqual(["1", null, ["a", "b"]]);
      storage.remove("a");
      expect([storage.read("a"), storage.keys()]).toEqual([null, ["b"]]);
      expect(originStorage(open).keys()).toEqual([]);
    });
  });

test("what is kept is there for the next page, and a try leaves nothing behind", () => {
  const { storage: kept } = new FakeBrowser().openTab();
  const storage = originStorage(() => kept);
  expect([storage.keeps, kept.length]).toEqual([true, 0]);
  expect(storage.write("a", "1")).toBe(true);
  expect(originStorage(() => kept).read("a")).toBe("1");
  storage.remove("a");
  expect(kept.length).toBe(0);
});

test("where there is no room for more, the next page reads what was kept before; with room again, the latest", () => {
  const browser = new FakeBrowser();
  const { storage: kept } = browser.openTab();
  const storage = originStorage(() => kept);
  storage.write("a", "old");
  browser.full = true;
  expect([storage.write("a", "new"), storage.read("a"), storage.keeps]).toEqual([false, "new", false]);
  expect(originStorage(() => kept).read("a")).toBe("old");
  browser.full = false;
  expect([storage.write("a", "newest"), storage.read("a"), storage.keeps]).toEqual([true, "newest", true]);
  expect(kept.getItem("a")).toBe("newest");
});

test("storage that goes while the page is open, and comes back, is asked each time", () => {
  const { storage: kept } = new FakeBrowser().openTab();
  let isThere = true;
  const storage = originStorage(() => (isThere ? kept : refusing()));
  storage.write("a", "1");
  storage.write("gone", "1");
  isThere = false;
  expect([storage.read("a"), storage.write("b", "2"), storage.read("b")]).toEqual([null, false, "2"]);
  storage.remove("gone");
  isThere = true;
  expect(storage.keys().sort()).toEqual(["a", "b"]);
  expect([storage.read("gone"), storage.write("b", "3")]).toEqual([null, true]);
});

test("what somebody else cleared is not there, and what is written after that is", () => {
  const { storage: kept } = new FakeBrowser().openTab();
  const storage = originStorage(() => kept);
  storage.write("a", "1");
  kept.clear();
  expect([storage.read("a"), storage.keys()]).toEqual([null, []]);
  expect([storage.write("a", "2"), kept.getItem("a")]).toEqual([true, "2"]);
});
