import { expect, test } from "bun:test";
import { storageWords } from "../../../web/admin/storage-words.ts";

test("all is well: nothing is said of the disk; else how much room it takes, and how much there is", () => {
  expect(storageWords({ isFull: false, clearing: null })).toEqual([]);
  const clearing = { since: 0, needed: 15_710_000, free: 3_799_999 };
  const [sentence] = storageWords({ isFull: false, clearing });
  expect(sentence).toContain("takes 15.8 MB of free room, and 3.7 MB are free");
  const busy = storageWords({ isFull: true, clearing: { since: 0, needed: null, free: null } });
  expect(busy).toEqual([expect.stringContaining("disk is full"), expect.stringContaining("keeps trying")]);
});
