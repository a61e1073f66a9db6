import { join } from "node:path";
import { SQL } from "bun";
import { commitLoop } from "../../../server/messages/commit-loop.ts";
import type { ConversationId } from "../../../server/protocol/conversation-id.ts";
import { openPostgres } from "../../../server/store/postgres/open.ts";
import { postgresStore } from "../../../server/store/postgres/store.ts";
import { openDatabase } from "../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../server/store/sqlite/store.ts";
import type { Store } from "../../../server/store/store.ts";
import { startDatabase } from "../database.ts";
import type { Ground } from "../ground.ts";
import type { Line, Section } from "../report.ts";
import { inRounds, median } from "../rounds.ts";
import { draft, fill, text } from "../server-folder.ts";
import { temporaryFolder } from "../temporary.ts";

/** What waits to be stored: twice what the commit loop takes at once, so that it never has to wait itself. */
const waiting = 400;
/** So many people have more than `manyConversations` pairs. */
const talkers = 36;
const manyConversations = 500;

/** Where each person, counted from 0, writes. */
type Spread = (person: number) => readonly ConversationId[];

const pairs = Array.from({ length: talkers }, (_, one) =>
  Array.from({ length: talkers - 1 - one }, (_, more) => [one, one + 1 + more] as const),
)
  .flat()
  // Each person has others of the pairs, so that all have about as many.
  .filter((_, at, all) => (at * manyConversations) % all.length < manyConversations);

const spreads: Record<string, Spread> = {
  "one hot conversation": () => ["group"],
  [`${manyConversations} conversations`]: (person) =>
    pairs
      .filter((pair) => pair.includes(person))
      .map(([one, other]) => `direct:${one + 1}:${other + 1}` as const),
};

/** How many messages a second each store takes, through the commit loop, when there are always more. */
export async function storeThroughput(ground: Ground): Promise<Section> {
  const { url, ...database } = await startDatabase(ground);
  const folder = temporaryFolder();
  const stores = {
    SQLite: sqliteStore(openDatabase(join(folder, "chat.sqlite"))),
    PostgreSQL: postgresStore(await openPostgres({ url, connections: 8 }, fail), {
      origin: "bench",
      now: Date.now,
    }),
  };
  for (const store of Object.values(stores)) await fill(store, folder, talkers);
  const sql = new SQL({ url, max: 1 });
  const [sqlite, postgres] = [writer(stores.SQLite), writer(stores.PostgreSQL)];

  for (const spread of Object.values(spreads))
    for (const write of [sqlite, postgres]) await write(spread, ground.quick ? 200 : 1000);
  // PostgreSQL plans anew by what there is now, as it does by itself after a minute.
  await sql`analyze`;
  const lines: Line[] = [];
  for (const [what, spread] of Object.entries(spreads)) {
    const ms = ground.quick ? 300 : 800;
    const perSecond = await inRounds(ground.quick ? 1 : 5, {
      SQLite: () => sqlite(spread, ms),
      PostgreSQL: () => postgres(spread, ms),
    });
    const numbers = { SQLite: median(perSecond.SQLite), PostgreSQL: median(perSecond.PostgreSQL) };
    lines.push({ what, numbers, reaches: [] });
  }
  const [{ bytes }] = await sql`
    select pg_total_relation_size('chat_messages') / count(*) as bytes from chat_messages`;
  await sql.close();
  await Promise.all(Object.values(stores).map((store) => store.close()));
  await database.stop();
  const notes = [
    "the store and the commit loop run with the load on one core, PostgreSQL on the other, fsync on",
    `a message of ${text.length} characters takes ${bytes} bytes of PostgreSQL, with its indexes`,
  ];
  return { title: "What the store takes", unit: "messages a second", lines, notes };
}

/** A node's way of storing, without what it then delivers: stores drafts for so long, and gives how many a second. */
function writer(store: Store): (spread: Spread, ms: number) => Promise<number> {
  const loop = commitLoop(store.messages, () => {});
  return async (spread, ms) => {
    const start = performance.now();
    let stored = 0;
    const keepOn = async (_: unknown, slot: number) => {
      const author = slot % talkers;
      const conversations = spread(author);
      for (let turn = slot; performance.now() < start + ms; turn++) {
        await loop.append(draft(author + 1, conversations[turn % conversations.length]!));
        stored++;
      }
    };
    await Promise.all(Array.from({ length: waiting }, keepOn));
    return (stored * 1000) / (performance.now() - start);
  };
}

function fail(error: unknown): never {
  throw error;
}
