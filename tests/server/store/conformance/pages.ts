import { beforeEach, describe, expect, test } from "bun:test";
import { limits } from "../../../../server/protocol/limits.ts";
import { textOfBody } from "../../../../server/store/message-row.ts";
import { draft, type Ground, type OpenGround, settle } from "./ground.ts";

/** How a store gives messages back. */
export function pageSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob");
  });
  const write = (texts: string[]) => ground.store.messages.append(texts.map((text) => draft(text)));
  const before = async (seq: number | null, limit: number) => {
    const { messages, more, head } = await ground.store.messages.before("group", seq, limit);
    return { seqs: messages.map(({ seq }) => seq), more, head };
  };
  const from = async (seq: number, limit: number) => {
    const { messages, more, head } = await ground.store.messages.from("group", seq, limit);
    return { seqs: messages.map(({ seq }) => seq), more, head };
  };
  const after = async (rev: number, limit: number) => {
    const { messages, more, head } = await ground.store.messages.after("group", rev, limit);
    return { seqs: messages.map(({ seq }) => seq), more, head };
  };
  const numbered = (count: number) => Array.from({ length: count }, (_, at) => `message ${at + 1}`);

  describe("history", () => {
    test("is found by the moment at which it was stored", async () => {
      const times = [100, 200, 200, 300];
      await ground.store.messages.append(times.map((createdAt) => ({ ...draft("x"), createdAt })));
      const found = [];
      for (const at of [0, 100, 101, 200, 201, 300, 301])
        found.push(await ground.store.messages.firstAt("group", at));
      expect(found).toEqual([1, 1, 2, 2, 4, 4, 5]);
      expect(await ground.store.messages.firstAt("direct:1:2", 5)).toBe(1);
    });

    test("ends with the latest, ascends, and says whether there is more", async () => {
      await write(numbered(7));
      expect(await before(null, 3)).toEqual({ seqs: [5, 6, 7], more: true, head: 7 });
      expect(await before(5, 3)).toEqual({ seqs: [2, 3, 4], more: true, head: 7 });
      expect(await before(2, 3)).toEqual({ seqs: [1], more: false, head: 7 });
      expect(await before(4, 3)).toEqual({ seqs: [1, 2, 3], more: false, head: 7 });
    });

    test("before the first, beyond the last and of nothing is an empty page", async () => {
      expect(await before(null, 10)).toEqual({ seqs: [], more: false, head: 0 });
      await write(numbered(2));
      expect(await before(0, 10)).toEqual({ seqs: [], more: false, head: 2 });
      expect(await before(1, 10)).toEqual({ seqs: [], more: false, head: 2 });
      expect(await before(Number.MAX_SAFE_INTEGER, 1)).toEqual({ seqs: [2], more: true, head: 2 });
      const page = await ground.store.messages.before("direct:1:2", null, 10);
      expect(page).toEqual({ messages: [], more: false, head: 0 });
    });

    test("is read downwards as well, from a number on that need not be one of a message", async () => {
      expect(await from(1, 10)).toEqual({ seqs: [], more: false, head: 0 });
      await write(numbered(4));
      await ground.store.messages.remove("group", 2, 1);
      await write(numbered(2));
      expect(await from(0, 3)).toEqual({ seqs: [1, 2, 3], more: true, head: 7 });
      expect(await from(3, 3)).toEqual({ seqs: [3, 4, 6], more: true, head: 7 });
      expect(await from(5, 2)).toEqual({ seqs: [6, 7], more: false, head: 7 });
      expect(await from(8, 2)).toEqual({ seqs: [], more: false, head: 7 });
      expect(await from(Number.MAX_SAFE_INTEGER + 1, 2)).toEqual({ seqs: [], more: false, head: 7 });
    });

    test("knows nothing of other conversations", async () => {
      await write(numbered(2));
      await ground.store.messages.append([draft("psst", 1, "direct:1:2")]);
      for (const page of [
        await ground.store.messages.before("direct:1:2", null, 10),
        await ground.store.messages.from("direct:1:2", 1, 10),
      ]) {
        expect(page.messages.map(({ body }) => body.text)).toEqual(["psst"]);
        expect(page.head).toBe(1);
      }
    });
  });

  describe("what changed after a cursor", () => {
    test("comes in the order of the changes, in pages, until there is no more", async () => {
      await write(numbered(5));
      expect(await after(0, 2)).toEqual({ seqs: [1, 2], more: true, head: 5 });
      expect(await after(2, 3)).toEqual({ seqs: [3, 4, 5], more: false, head: 5 });
      expect(await after(5, 3)).toEqual({ seqs: [], more: false, head: 5 });
      expect(await after(99, 3)).toEqual({ seqs: [], more: false, head: 5 });
    });

    test("holds an old message again at the place of its latest change", async () => {
      await write(numbered(4));
      await ground.run(`update chat_messages set rev = 5, body = '{"text":"edited"}' where seq = 2`);
      await ground.run("update conversations set head = 5 where id = 'group'");
      await write(["after the edit"]);
      expect(await after(0, 10)).toEqual({ seqs: [1, 3, 4, 2, 5 + 1], more: false, head: 6 });
      expect(await after(4, 1)).toEqual({ seqs: [2], more: true, head: 6 });
      expect(await after(5, 10)).toEqual({ seqs: [6], more: false, head: 6 });
      expect(await before(null, 10)).toEqual({ seqs: [1, 2, 3, 4, 6], more: false, head: 6 });
    });
  });

  describe("a page", () => {
    const big = "x".repeat(limits.messageMaxBytes);
    const perPage = Math.floor(limits.pageMaxBytes / textOfBody({ text: big }).length);

    test("ends early when its texts grow too large, in both directions, and leaves nothing out", async () => {
      await write(Array.from({ length: perPage * 2 + 1 }, () => big));
      const all = Array.from({ length: perPage * 2 + 1 }, (_, at) => at + 1);
      expect((await before(null, 200)).seqs).toEqual(all.slice(-perPage));
      expect((await after(0, 200)).seqs).toEqual(all.slice(0, perPage));
      expect(await from(2, 200)).toMatchObject({ seqs: all.slice(1, perPage + 1), more: true });
      let cursor = 0;
      const seen: number[] = [];
      for (let page = await after(0, 200); ; page = await after(cursor, 200)) {
        seen.push(...page.seqs);
        cursor = page.seqs.at(-1)!;
        if (!page.more) break;
      }
      expect(seen).toEqual(all);
    });

    test("counts bytes, not characters", async () => {
      const wide = "€".repeat(Math.floor(limits.messageMaxBytes / 3));
      await write(Array.from({ length: perPage + 3 }, () => wide));
      expect((await after(0, 200)).seqs).toHaveLength(perPage);
    });

    test("holds at least one message, however large, so that a reader always gets on", async () => {
      await write(["small"]);
      await ground.run(
        `update chat_messages set body = '${textOfBody({ text: "y".repeat(limits.pageMaxBytes) })}' where seq = 1`,
      );
      await write(["next"]);
      expect(await after(0, 200)).toMatchObject({ seqs: [1], more: true });
      expect(await before(2, 200)).toMatchObject({ seqs: [1], more: false });
      expect(await from(0, 200)).toMatchObject({ seqs: [1], more: true });
    });
  });
}
