import { expect, test } from "bun:test";
import { firstPlace } from "../../../../server/store/reactions.ts";
import { openDatabase } from "../../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../../server/store/sqlite/store.ts";
import { draft, settle } from "../conformance/ground.ts";

/** The tables that grow with every message, or with every member of every conversation. */
const large = /^SCAN (chat_messages|mentions|memberships|conversations)\b/;

test("nothing that is asked for all the time looks through all messages, mentions, members or conversations", async () => {
  const db = openDatabase(":memory:");
  const asked = new Set<string>();
  const prepare = db.$client.prepare.bind(db.$client);
  db.$client.prepare = ((text: string) => {
    asked.add(text);
    return prepare(text);
  }) as typeof prepare;
  const store = sqliteStore(db);
  await settle(store, "alice", "bob", "carol");
  asked.clear();

  const { messages, conversations } = sqliteStore(db);
  await messages.append([draft("root"), draft("private", 1, "direct:1:2")]);
  const answer = { ...draft("@bob", 2), thread: 1, body: { text: "@bob", replyTo: 1 } };
  const meant = [{ user: 3, cause: "name" as const }];
  await messages.append([{ ...answer, mentions: { people: [3] }, meant }, answer]);
  await messages.react("group", 1, 2, "👍", true);
  await messages.pin("group", 1, 1, true, 9);
  await messages.edit("group", 2, { author: 2, body: { text: "other" }, meant, at: 9 });
  await messages.find("group", 1);
  await messages.findAll("group", [1, 2]);
  await messages.after("group", 1, 9);
  await messages.before("group", null, 9);
  await messages.before("group", null, 9, "pins");
  await messages.before("group", null, 9, { thread: 1 });
  await messages.from("group", 1, 9);
  await messages.from("group", 1, 9, { thread: 1 });
  await messages.by(2, "group", 0, 9);
  await conversations.of(3);
  await conversations.head("group");
  await conversations.markRead([{ userId: 3, conversation: "group", seq: 1 }]);
  await messages.reactionsOf(2, firstPlace, 9);
  await messages.removeReactionsOf(2, firstPlace, 9);
  await messages.remove("group", 2, 9);
  await messages.removeOf(1, 9, 9);

  const plans = [...asked].map((text) => {
    const steps = prepare<{ detail: string }, []>(`explain query plan ${text}`).all();
    return { text, steps: steps.map(({ detail }) => detail) };
  });
  // The lists of a member, unread and mentions with them; marks; pages; and what changed after a number.
  const over = (table: string) => plans.filter(({ text }) => text.includes(`from "${table}"`)).length;
  expect(["memberships", "chat_messages", "mentions"].map(over).every((count) => count > 1)).toBe(true);
  expect(plans.filter(({ steps }) => steps.some((step) => large.test(step)))).toEqual([]);
  const sorts = plans.filter(
    ({ text, steps }) => text.includes('"rev" >') && steps.join().includes("B-TREE"),
  );
  expect(sorts).toEqual([]);
  db.$client.close();
});
