import { expect, test } from "bun:test";
import { join } from "node:path";
import { story } from "../../scripts/seed-story.ts";
import type { ConversationId } from "../../server/protocol/conversation-id.ts";
import { openDatabase } from "../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../server/store/sqlite/store.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freshDatabase } from "../support/postgres.ts";
import { Program } from "../support/program.ts";

const dataDir = temporaryFolder();
const seed = async (env: Record<string, string> = {}) => {
  const program = Program.script("seed.ts", [], { DATA_DIR: dataDir, ...env });
  return { code: await program.ends(), printed: program.printed };
};

test("bun run seed makes a few people and what they wrote, in the group, in rooms and privately, over two days", async () => {
  const { code, printed } = await seed();
  expect(code).toBe(0);
  expect(printed).toMatch(/marta, jonas, Priya, Wilma, Tomek.*password \S{12}\n/);

  const store = sqliteStore(openDatabase(join(dataDir, "chat.sqlite")));
  const marta = (await store.users.byName("marta"))!;
  const conversations = await store.conversations.of(marta.id);
  const textsIn = async (id: ConversationId) =>
    (await store.messages.before(id, null, 100)).messages
      .filter(({ body }) => !body.line)
      .map(({ body }) => body.text);
  const rooms = story.rooms.filter(({ people }) => people.includes("marta"));
  const talks = [story.group, ...[...story.private, ...rooms].map(({ lines }) => lines)];
  const texts = await Promise.all(conversations.map(({ id }) => textsIn(id)));
  expect(texts.sort()).toEqual(talks.map((lines) => lines.map(({ text }) => text)).sort());
  expect(conversations.every(({ unread }) => unread < 4)).toBe(true);
  const { messages } = await store.messages.before("group", null, 100);
  expect(messages[3]!.body.replyTo).toBe(3);
  expect(messages[0]!.reactions).toHaveLength(2);
  expect((await store.rooms.all()).filter(({ archivedAt }) => archivedAt !== null)).toHaveLength(1);
  const days = new Set(messages.map(({ createdAt }) => new Date(createdAt).toDateString()));
  expect(days.size).toBeGreaterThanOrEqual(2);
  store.close();
});

test("a database that has users is refused and left as it is", async () => {
  const { code, printed } = await seed();
  expect(code).toBe(1);
  expect(printed).toContain("has users already");
  const store = sqliteStore(openDatabase(join(dataDir, "chat.sqlite")));
  expect((await store.users.directory()).length).toBe(story.people.length);
  expect((await store.messages.before("group", null, 100)).messages).toHaveLength(story.group.length);
  store.close();
});

test("it fills a database on PostgreSQL as well, and refuses it the second time", async () => {
  const DATABASE_URL = await freshDatabase();
  expect(await seed({ DATABASE_URL })).toMatchObject({ code: 0 });
  const { code, printed } = await seed({ DATABASE_URL });
  expect(code).toBe(1);
  expect(printed).toContain("The database of DATABASE_URL has users already");
});
