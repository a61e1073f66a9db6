import { expect, test } from "bun:test";
import { join } from "node:path";
import { story } from "../../scripts/seed-story.ts";
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

test("bun run seed makes three people and what they wrote, in the group and privately, over two days", async () => {
  const { code, printed } = await seed();
  expect(code).toBe(0);
  expect(printed).toMatch(/marta, jonas, Priya.*password \S{12}\n/);

  const store = sqliteStore(openDatabase(join(dataDir, "chat.sqlite")));
  const marta = (await store.users.byName("marta"))!;
  const conversations = await store.conversations.of(marta.id);
  expect(conversations.map(({ head }) => head).sort((a, b) => b - a)).toEqual([
    story.group.length,
    ...story.private.map(({ lines }) => lines.length).sort((a, b) => b - a),
  ]);
  const { messages } = await store.messages.before("group", null, 100);
  expect(messages.map(({ body }) => body)).toEqual(story.group.map(([, , text]) => ({ text })));
  const days = new Set(messages.map(({ createdAt }) => new Date(createdAt).toDateString()));
  expect(days.size).toBeGreaterThanOrEqual(2);
  store.close();
});

test("a database that has users is refused and left as it is", async () => {
  const { code, printed } = await seed();
  expect(code).toBe(1);
  expect(printed).toContain("has users already");
  const store = sqliteStore(openDatabase(join(dataDir, "chat.sqlite")));
  expect((await store.users.directory()).length).toBe(3);
  expect(await store.conversations.head("group")).toBe(story.group.length);
  store.close();
});

test("it fills a database on PostgreSQL as well, and refuses it the second time", async () => {
  const DATABASE_URL = await freshDatabase();
  expect(await seed({ DATABASE_URL })).toMatchObject({ code: 0 });
  const { code, printed } = await seed({ DATABASE_URL });
  expect(code).toBe(1);
  expect(printed).toContain("The database of DATABASE_URL has users already");
});
