import { beforeEach, expect, test } from "bun:test";
import { draft, entryOf, type Ground, logOf, type OpenGround, settle } from "./ground.ts";
import { aReport } from "./samples.ts";

const reported = entryOf("message.reported");
const settled = entryOf("report.settled");

/** How a store keeps what is reported to the moderators. */
export function reportSuite(open: OpenGround): void {
  let ground: Ground;
  beforeEach(async () => {
    ground = await open();
    await settle(ground.store, "alice", "bob", "carol");
    await ground.store.messages.append([draft("rude", 2), draft("ruder", 2)]);
  });

  test("are listed with their message, open ones alone and the oldest first, or all and the latest settled behind", async () => {
    const { reports } = ground.store;
    const [first, second] = await logOf(ground.store);
    expect(await reports.add(aReport(), reported)).toBe(true);
    expect(await reports.add({ ...aReport(), seq: 2, reporterId: 3, createdAt: 9 }, reported)).toBe(true);
    const open = { settledAt: null, settledBy: null, outcome: null };
    const list = await reports.list("open", null, 10);
    expect(list).toEqual([
      { ...aReport(), ...open, id: list[0]!.id, message: first! },
      { ...aReport(), ...open, id: list[1]!.id, seq: 2, reporterId: 3, createdAt: 9, message: second! },
    ]);
    expect(await reports.find(list[1]!.id)).toEqual(list[1]!);
    expect(await reports.find(list[1]!.id + 1)).toBeNull();
    expect(await reports.list("open", null, 1)).toEqual([list[0]!]);

    expect(await reports.settle(list[0]!.id, { at: 20, userId: 1, outcome: "deleted" }, settled)).toBe(true);
    expect(await reports.list("open", null, 10)).toEqual([list[1]!]);
    const after = { ...list[0]!, settledAt: 20, settledBy: 1, outcome: "deleted" };
    expect(await reports.list("all", null, 10)).toEqual([list[1]!, after]);
    expect(await reports.settle(list[1]!.id, { at: 21, userId: 1, outcome: "kept" }, settled)).toBe(true);
    expect((await reports.list("all", null, 10)).map(({ id }) => id)).toEqual([list[1]!.id, list[0]!.id]);
    expect(await reports.list("all", null, 1)).toMatchObject([{ id: list[1]!.id, outcome: "kept" }]);
  });

  test("still open are counted, but for those about one author; what is gone has none", async () => {
    const { reports, messages } = ground.store;
    await messages.append([draft("fine", 3)]);
    for (const seq of [1, 2, 3]) await reports.add({ ...aReport(), seq }, reported);
    expect(await Promise.all([null, 1, 2, 3].map((author) => reports.countOpen(author)))).toEqual([
      3, 3, 1, 2,
    ]);
    const [first] = await reports.list("open", null, 1);
    await reports.settle(first!.id, { at: 20, userId: 1, outcome: "kept" }, settled);
    expect(await Promise.all([null, 2, 3].map((author) => reports.countOpen(author)))).toEqual([2, 1, 1]);
    await ground.store.users.remove(2, true, entryOf("person.deleted"));
    const left = await reports.list("open", null, 10);
    const besideTheirs = left.filter(({ message }) => message?.author !== 2).length;
    expect(await Promise.all([null, 2].map((author) => reports.countOpen(author)))).toEqual([
      left.length,
      besideTheirs,
    ]);
  });

  test("ASVS 8.2.3 as many as are asked for are listed without those about one author, who does not crowd them out", async () => {
    const { reports, messages } = ground.store;
    await messages.append([draft("fine", 3), draft("rudest", 2), draft("finer", 3)]);
    for (const seq of [1, 2, 3, 4, 5]) await reports.add({ ...aReport(), seq }, reported);
    const seqs = async (which: "open" | "all", besides: number | null, limit: number) =>
      (await reports.list(which, besides, limit)).map(({ seq }) => seq);
    for (const which of ["open", "all"] as const) {
      expect(await seqs(which, 2, 2)).toEqual([3, 5]);
      expect(await seqs(which, 3, 2)).toEqual([1, 2]);
      expect(await seqs(which, null, 4)).toEqual([1, 2, 3, 4]);
    }
    const [first] = await reports.list("open", 2, 1);
    await reports.settle(first!.id, { at: 20, userId: 1, outcome: "kept" }, settled);
    expect([await seqs("open", 2, 9), await seqs("all", 2, 9)]).toEqual([[5], [5, 3]]);
    await messages.remove("group", 5, 30);
    expect([await seqs("open", 2, 9), await seqs("open", 3, 9)]).toEqual([[5], [1, 2, 4]]);
  });

  test("ASVS 15.4.2 of those who settle one at once, one does", async () => {
    const { reports } = ground.store;
    await reports.add(aReport(), reported);
    const [report] = await reports.list("open", null, 1);
    const done = await Promise.all(
      [1, 2, 3].map((userId) =>
        reports.settle(report!.id, { at: userId, userId, outcome: `by ${userId}` }, settled),
      ),
    );
    expect(done.filter((one) => one)).toHaveLength(1);
    const { settledBy } = (await reports.find(report!.id))!;
    expect(done.indexOf(true) + 1).toBe(settledBy!);
    expect(await ground.store.audit.page({ events: ["report.settled"] }, null, 10)).toHaveLength(1);
    expect(await reports.settle(report!.id + 1, { at: 1, userId: 1, outcome: "" }, settled)).toBe(false);
  });

  test("of the same message by the same person are one, also if made at once; by another are another", async () => {
    const { reports } = ground.store;
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, at) => reports.add({ ...aReport(), reason: `${at}` }, reported)),
    );
    expect(made).toEqual(Array.from({ length: 10 }, () => true));
    expect(await reports.list("all", null, 10)).toHaveLength(1);
    expect(await ground.store.audit.page({}, null, 100)).toHaveLength(1);
    await reports.add({ ...aReport(), reporterId: 3 }, reported);
    expect(await reports.list("all", null, 10)).toHaveLength(2);
  });

  test("of one person are given whole, the latest first", async () => {
    const { reports } = ground.store;
    for (const [seq, reporterId] of [
      [1, 1],
      [1, 3],
      [2, 1],
    ] as const)
      await reports.add({ ...aReport(), seq, reporterId }, reported);
    const [first] = await reports.list("all", null, 10);
    await reports.settle(first!.id, { at: 20, userId: 2, outcome: "kept" }, settled);
    const all = await reports.list("all", null, 10);
    expect(await reports.by(1)).toEqual(all.filter(({ reporterId }) => reporterId === 1));
    expect(await reports.by(2)).toEqual([]);
  });

  test("of what is not there, or is deleted already, are none, and no act", async () => {
    const { reports, messages } = ground.store;
    await messages.remove("group", 2, 9);
    for (const nothing of [{ seq: 2 }, { seq: 3 }, { conversation: "direct:1:2" as const }])
      expect(await reports.add({ ...aReport(), ...nothing }, reported)).toBe(false);
    expect(await reports.list("all", null, 10)).toEqual([]);
    expect(await ground.store.audit.page({}, null, 10)).toEqual([]);
  });

  test("show of a message that was deleted since that it was, and no text", async () => {
    const { reports, messages } = ground.store;
    await reports.add(aReport(), reported);
    const deleted = await messages.remove("group", 1, 30);
    const [report] = await reports.list("open", null, 1);
    expect(report!.message).toEqual(deleted);
    expect(report!.message).toMatchObject({ body: { text: "" }, deletedAt: 30 });
  });
}
