import { expect, test } from "bun:test";
import type { ConversationId } from "../../../../server/protocol/conversation-id.ts";
import { Refusal } from "../../../../server/refusal.ts";
import type { Draft, Outcome } from "../../../../server/store/messages.ts";
import type { Store } from "../../../../server/store/store.ts";
import { superuser } from "../../../support/postgres.ts";
import { draft, logOf, settle } from "../conformance/ground.ts";
import { closeAll, database, node } from "./nodes.ts";

const direct: ConversationId[] = ["direct:1:2", "direct:1:3", "direct:1:4", "direct:2:3", "direct:2:4"];
const all: ConversationId[] = ["group", ...direct];

/** Chance that can be had again. */
function chance(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What eight people type at each of four nodes: half of it in the group, a third of it also sent to other nodes. */
function scripts(): Draft[][] {
  const pick = chance(7);
  const batches = Array.from({ length: 32 }, () => Array.from({ length: 10 }, () => [] as Draft[]));
  const somewhere = () => batches[pick(32)]![pick(10)]!;
  for (let at = 0; at < 2_400; at++) {
    const conversation = pick(2) === 0 ? "group" : direct[pick(direct.length)]!;
    const [first, second] = conversation.split(":").slice(1);
    const author = conversation === "group" ? 1 + pick(4) : Number(pick(2) === 0 ? first : second);
    const once = draft(`text ${at}`, author, conversation);
    somewhere().push(once);
    const fate = pick(20);
    if (fate < 6) somewhere().push({ ...once, createdAt: once.createdAt + 1 });
    if (fate === 7) somewhere().push({ ...once, body: { text: "another" } });
    if (fate === 8) somewhere().push({ ...once, conversation: "group" });
  }
  return batches.flat();
}

test("the function that appends has another name as soon as it is another, so that older nodes keep theirs", async () => {
  const text = await Bun.file("server/store/postgres/append.sql").text();
  const [, version] = text.match(/CREATE FUNCTION append_messages_v(\d+)\(/)!;
  const print = new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 12);
  // The next version adds its line here; none ever changes.
  const versions: Record<string, string> = { 2: "7529ff6f99c3", 3: "f431e622eae6" };
  expect(print).toBe(versions[version!]!);
});

const keyOf = ({ author, clientId }: { author: number; clientId: string }) => `${author} ${clientId}`;

test("four nodes that append at once number without holes, store each message once, and never lock each other out", async () => {
  const url = await database();
  const nodes = await Promise.all(["a", "b", "c", "d"].map((name) => node(name, url)));
  await settle(nodes[0]!.store, "alice", "bob", "carol", "dave");
  const sent: { draft: Draft; outcome: Outcome }[] = [];
  const batches = scripts();
  /** What a busy database did not answer in time is sent again, as by a client: it may have been stored all the same. */
  const sentAgain = new Set<string>();
  const append = async (messages: Store["messages"], batch: Draft[]): Promise<Outcome[]> => {
    try {
      return await messages.append(batch);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === "busy")) throw error;
      for (const each of batch) sentAgain.add(keyOf(each));
      return append(messages, batch);
    }
  };
  await Promise.all(
    Array.from({ length: 32 }, async (_, person) => {
      const { messages } = nodes[person % 4]!.store;
      for (const batch of batches.slice(person * 10, person * 10 + 10)) {
        const outcomes = await append(messages, batch);
        batch.forEach((each, at) => {
          sent.push({ draft: each, outcome: outcomes[at]! });
        });
      }
    }),
  );

  const rows = new Map<string, { text: string; conversation: string; seq: number }>();
  for (const id of all) {
    const log = await logOf(nodes[1]!.store, id);
    expect(log.map(({ seq }) => seq)).toEqual(log.map((_, at) => at + 1));
    expect(await nodes[2]!.store.conversations.head(id)).toBe(log.length);
    for (const message of log) {
      const key = keyOf(message);
      expect(rows.has(key)).toBe(false);
      rows.set(key, { text: message.body.text, conversation: id, seq: message.seq });
    }
  }

  const storedOnce = new Map<string, number>();
  for (const { draft, outcome } of sent) {
    const key = keyOf(draft);
    const { text, conversation, seq } = rows.get(key)!;
    const isSame = text === draft.body.text && conversation === draft.conversation;
    if (outcome.kind === "refused") expect([outcome.code, isSame]).toEqual(["client_id_reused", false]);
    else expect([isSame, outcome.message.seq]).toEqual([true, seq]);
    if (outcome.kind === "stored") storedOnce.set(key, (storedOnce.get(key) ?? 0) + 1);
  }
  expect(rows.size).toBe(2_400);
  const unsaid = [...rows.keys()].filter((key) => !storedOnce.has(key));
  expect(unsaid.filter((key) => !sentAgain.has(key))).toEqual([]);
  expect([...storedOnce.values()]).toEqual(Array(2_400 - unsaid.length).fill(1));

  // A connection that ends leaves its counts.
  await closeAll();
  const admin = await superuser();
  const [{ deadlocks }] = await admin`
    select deadlocks from pg_stat_database where datname = ${new URL(url).pathname.slice(1)}`;
  expect(Number(deadlocks)).toBe(0);
});
