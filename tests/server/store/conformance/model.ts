import { expect, test } from "bun:test";
import fc from "fast-check";
import { type ConversationId, directPair } from "../../../../server/protocol/conversation-id.ts";
import type { Draft } from "../../../../server/store/messages.ts";
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
const erasures = fc.record({ erase: fc.integer({ min: 1, max: 3 }), limit: fc.integer({ min: 1, max: 3 }) });
const steps = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: fc.array(drafts, { maxLength: 8 }) },
    { weight: 4, arbitrary: deletions },
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
}

/** The rules of appending and deleting, in the fewest words. */
function model() {
  const taken = new Map<string, Kept>();
  const heads = new Map<string, number>();
  const people = new Set([1, 2, 3]);
  const next = (id: ConversationId) => {
    const number = (heads.get(id) ?? 0) + 1;
    heads.set(id, number);
    return number;
  };
  const blank = (kept: Kept) =>
    Object.assign(kept, { rev: next(kept.draft.conversation), isDeleted: true }).rev;
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
      if (before) {
        const isSameText = before.isDeleted || before.draft.body.text === draft.body.text;
        const same = before.draft.conversation === draft.conversation && isSameText;
        return same ? before.seq : "client_id_reused";
      }
      const pair = directPair(draft.conversation);
      if (pair?.some((id) => !people.has(id))) return "person_deleted";
      if (pair?.includes(draft.author) === false) return "unknown_conversation";
      const seq = next(draft.conversation);
      taken.set(key, { draft, seq, rev: seq, isDeleted: false });
      return seq;
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
        .map(({ draft, seq, rev, isDeleted }) => [seq, rev, isDeleted ? "" : draft.body.text]),
  };
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
          expect(log.map(({ seq, rev, body }) => [seq, rev, body.text])).toEqual(rules.log(id));
          expect(await store.conversations.head(id)).toBe(rules.head(id));
        }
        await store.close();
      }),
      { numRuns: runs },
    );
  }, 30_000);
}
