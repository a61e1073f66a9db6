import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Draft } from "../../../../server/db/kept/messages.ts";
import { type ConversationId, directPair } from "../../../../server/protocol/conversation-id.ts";
import { logOf, type OpenGround, settle } from "./ground.ts";

const conversations: ConversationId[] = ["group", "direct:1:2", "direct:1:3", "direct:2:3", "direct:1:4"];
const drafts = fc
  .record({
    conversation: fc.constantFrom(...conversations),
    author: fc.integer({ min: 1, max: 3 }),
    clientId: fc.constantFrom("a", "b", "c", "d", "e", "f"),
    text: fc.constantFrom("yes", "no"),
    createdAt: fc.integer({ min: 1, max: 9 }),
  })
  .filter(({ conversation, author }) => directPair(conversation)?.includes(author) ?? true);
const steps = fc.array(
  fc.oneof({ weight: 9, arbitrary: fc.array(drafts, { maxLength: 8 }) }, fc.constant("gone")),
  {
    maxLength: 12,
  },
);

/** The rules of appending, in the fewest words. Gives what each draft becomes: its number, or why it is refused. */
function model() {
  const taken = new Map<string, { draft: Draft; seq: number }>();
  const heads = new Map<string, number>();
  const people = new Set([1, 2, 3]);
  return {
    heads,
    people,
    append(draft: Draft): number | string {
      if (!people.has(draft.author)) return "not_signed_in";
      const key = `${draft.author} ${draft.clientId}`;
      const before = taken.get(key);
      if (before) {
        const same = before.draft.conversation === draft.conversation && before.draft.text === draft.text;
        return same ? before.seq : "client_id_reused";
      }
      if (!(directPair(draft.conversation) ?? []).every((id) => people.has(id))) return "person_deleted";
      const seq = (heads.get(draft.conversation) ?? 0) + 1;
      heads.set(draft.conversation, seq);
      taken.set(key, { draft, seq });
      return seq;
    },
  };
}

/** A store does what the rules say, whatever comes in whichever order. */
export function modelSuite(open: OpenGround, runs = 60): void {
  test("any drafts in any batches become what the rules say", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const { store } = await open();
        await settle(store, "alice", "bob", "carol");
        const rules = model();
        for (const step of sequence) {
          if (step === "gone") {
            await store.users.remove(3);
            rules.people.delete(3);
          } else {
            const outcomes = await store.messages.append(step as Draft[]);
            const became = outcomes.map((outcome): number | string =>
              outcome.kind === "refused" ? outcome.code : outcome.message.seq,
            );
            expect(became).toEqual((step as Draft[]).map(rules.append));
          }
        }
        for (const id of conversations) {
          const head = rules.heads.get(id) ?? 0;
          expect((await logOf(store, id)).map(({ seq }) => seq)).toEqual(
            Array.from({ length: head }, (_, at) => at + 1),
          );
          expect(await store.conversations.head(id)).toBe(head);
        }
        await store.close();
      }),
      { numRuns: runs },
    );
  }, 30_000);
}
