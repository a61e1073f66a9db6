import { expect, test } from "bun:test";
import fc from "fast-check";
import { type ConversationId, directPair } from "../../../../server/protocol/conversation-id.ts";
import { Refusal } from "../../../../server/refusal.ts";
import type { Draft } from "../../../../server/store/messages.ts";
import type { Store } from "../../../../server/store/store.ts";
import { logOf, type OpenGround, settle } from "./ground.ts";

const conversations: ConversationId[] = ["group", "direct:1:2", "direct:1:3", "direct:2:3", "direct:1:4"];
const drafts = fc.record({
  conversation: fc.constantFrom(...conversations),
  author: fc.integer({ min: 1, max: 3 }),
  clientId: fc.constantFrom("a", "b", "c", "d", "e", "f"),
  body: fc.record({ text: fc.constantFrom("yes", "no") }),
  createdAt: fc.integer({ min: 1, max: 9 }),
});
const deletions = fc.record({
  delete: fc.constantFrom(...conversations),
  seq: fc.integer({ min: 1, max: 6 }),
});
const changes = fc.record({
  change: fc.constantFrom("edit", "react", "unreact", "pin", "unpin"),
  conversation: fc.constantFrom(...conversations),
  seq: fc.integer({ min: 1, max: 6 }),
  by: fc.integer({ min: 1, max: 3 }),
});
const replies = fc.record({
  reply: fc.constantFrom(...conversations),
  to: fc.integer({ min: 1, max: 6 }),
  by: fc.integer({ min: 1, max: 3 }),
});
const erasures = fc.record({ erase: fc.integer({ min: 1, max: 3 }), limit: fc.integer({ min: 1, max: 3 }) });
const steps = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.array(drafts, { maxLength: 8 }) },
    { weight: 4, arbitrary: deletions },
    { weight: 6, arbitrary: changes },
    { weight: 3, arbitrary: replies },
    { weight: 2, arbitrary: erasures },
    fc.constant("gone" as const),
  ),
  { maxLength: 12 },
);

interface Kept {
  draft: Draft;
  seq: number;
  rev: number;
  isDeleted: boolean;
  text: string;
  reactions: number[];
  isPinned: boolean;
  replies: number;
}

/** The rules of appending, changing and deleting, in the fewest words. */
function model() {
  const taken = new Map<string, Kept>();
  const heads = new Map<string, number>();
  const people = new Set([1, 2, 3]);
  const next = (id: ConversationId) => {
    const number = (heads.get(id) ?? 0) + 1;
    heads.set(id, number);
    return number;
  };
  const blank = (kept: Kept) => {
    const gone = { isDeleted: true, text: "", reactions: [], isPinned: false };
    Object.assign(kept, gone, { rev: next(kept.draft.conversation) });
    const root = at(kept.draft.conversation, kept.draft.thread);
    if (root) root.replies--;
    return kept.rev;
  };
  const at = (id: ConversationId, seq: number | undefined) =>
    [...taken.values()].find((each) => each.draft.conversation === id && each.seq === seq);
  const kept = () => [...taken.values()].filter(({ isDeleted }) => !isDeleted);
  const place = ({ draft, seq }: Kept) => `${draft.conversation} ${String(seq).padStart(5, "0")}`;

  return {
    people,
    head: (id: ConversationId) => heads.get(id) ?? 0,
    /** What becomes of a draft: its number, or why it is refused. */
    append(draft: Draft): number | string {
      if (!people.has(draft.author)) return "not_signed_in";
      const key = `${draft.author} ${draft.clientId}`;
      const before = taken.get(key);
      // What was sent first counts, whatever it says by now.
      if (before) {
        const isSameText = before.isDeleted || before.draft.body.text === draft.body.text;
        const same = before.draft.conversation === draft.conversation && isSameText;
        return same ? before.seq : "client_id_reused";
      }
      const pair = directPair(draft.conversation);
      if (pair?.some((id) => !people.has(id))) return "person_deleted";
      if (pair?.includes(draft.author) === false) return "unknown_conversation";
      const seq = next(draft.conversation);
      const { text } = draft.body;
      const nothing = { reactions: [], isPinned: false, replies: 0 };
      taken.set(key, { draft, seq, rev: seq, isDeleted: false, text, ...nothing });
      const root = at(draft.conversation, draft.thread);
      if (root) root.replies++;
      return seq;
    },
    /** The number of the change; null where all is so already, or why it is refused. */
    change({ change, conversation, seq, by }: Change): number | string | null {
      const isMember = directPair(conversation)?.includes(by) ?? true;
      const isThere = conversation === "group" || heads.has(conversation);
      if (!isThere || !isMember || !people.has(by)) return "unknown_conversation";
      const found = at(conversation, seq);
      if (!found || found.isDeleted) return "unknown_message";
      if (change === "edit" && found.draft.author !== by) return "not_allowed";
      const has = found.reactions.includes(by);
      const others = found.reactions.filter((one) => one !== by);
      const becomes: Partial<Kept> = {
        edit: { text: `${change} ${by}` },
        react: { reactions: has ? found.reactions : [...others, by] },
        unreact: { reactions: others },
        pin: { isPinned: true },
        unpin: { isPinned: false },
      }[change];
      const isSame = Object.entries(becomes).every(([name, value]) =>
        Bun.deepEquals(found[name as keyof Kept], value),
      );
      return isSame ? null : Object.assign(found, becomes, { rev: next(conversation) }).rev;
    },
    /** The thread of what answers a message. */
    threadOf: (id: ConversationId, seq: number) => {
      const found = at(id, seq);
      return found && (found.draft.thread ?? seq);
    },
    /** The number of the change; null where there is nothing to delete. */
    remove(id: ConversationId, seq: number): number | null {
      const found = kept().find((each) => each.draft.conversation === id && each.seq === seq);
      return found ? blank(found) : null;
    },
    removeOf: (author: number, limit: number): number[] =>
      kept()
        .filter(({ draft }) => draft.author === author)
        .sort((one, other) => (place(one) < place(other) ? -1 : 1))
        .slice(0, limit)
        .map(blank),
    log: (id: ConversationId) =>
      [...taken.values()]
        .filter(({ draft }) => draft.conversation === id)
        .sort((one, other) => one.rev - other.rev)
        .map(({ draft, seq, rev, text, reactions, isPinned, replies }) => {
          return [seq, rev, text, draft.thread, reactions, isPinned, replies];
        }),
  };
}

type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never;

/** The number of the change; null where all was so already, or the code with which it was refused. */
async function changed({ messages }: Store, { change, conversation, seq, by }: Change) {
  const edit = { author: by, body: { text: `${change} ${by}` }, meant: [], at: 9 };
  const done = {
    edit: () => messages.edit(conversation, seq, edit),
    react: () => messages.react(conversation, seq, by, "👍", true),
    unreact: () => messages.react(conversation, seq, by, "👍", false),
    pin: () => messages.pin(conversation, seq, by, true, 9),
    unpin: () => messages.pin(conversation, seq, by, false, 9),
  }[change]();
  return done.then(
    (message) => message?.rev ?? null,
    (error) => (error instanceof Refusal ? error.code : Promise.reject(error)),
  );
}

/** A store does what the rules say, whatever comes in whichever order. */
export function modelSuite(open: OpenGround, runs = 60): void {
  test("any drafts in any batches, and deletions between them, become what the rules say", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const { store } = await open();
        await settle(store, "alice", "bob", "carol");
        const rules = model();
        for (const step of sequence) {
          if (step === "gone") {
            await store.users.remove(3);
            rules.people.delete(3);
          } else if ("delete" in step) {
            const deleted = await store.messages.remove(step.delete, step.seq, 9);
            expect(deleted?.rev ?? null).toBe(rules.remove(step.delete, step.seq));
          } else if ("change" in step) {
            expect<unknown>(await changed(store, step)).toBe(rules.change(step));
          } else if ("reply" in step) {
            const { reply, to, by } = step;
            const thread = rules.threadOf(reply, to);
            if (thread === undefined) continue;
            const body = { text: "answer", replyTo: to };
            const clientId = `answer ${reply} ${to} ${by}`;
            const answer = { conversation: reply, author: by, clientId, body, thread, createdAt: 5 };
            const [outcome] = await store.messages.append([answer]);
            const became = outcome!.kind === "refused" ? outcome!.code : outcome!.message.seq;
            expect<number | string>(became).toBe(rules.append(answer));
          } else if ("erase" in step) {
            const deleted = await store.messages.removeOf(step.erase, 9, step.limit);
            expect(deleted.map(({ rev }) => rev)).toEqual(rules.removeOf(step.erase, step.limit));
          } else {
            const outcomes = await store.messages.append(step);
            const became = outcomes.map((outcome): number | string =>
              outcome.kind === "refused" ? outcome.code : outcome.message.seq,
            );
            expect(became).toEqual(step.map(rules.append));
          }
        }
        for (const id of conversations) {
          const log = await logOf(store, id);
          const known = log.map(({ seq, rev, body, thread, reactions = [], pinned, replies }) => {
            const people = reactions.flatMap(({ people }) => people);
            return [seq, rev, body.text, thread, people, pinned !== undefined, replies?.count ?? 0];
          });
          expect(known).toEqual(rules.log(id));
          expect(await store.conversations.head(id)).toBe(rules.head(id));
        }
        await store.close();
      }),
      { numRuns: runs },
    );
  }, 30_000);
}
