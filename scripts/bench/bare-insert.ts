import { SQL } from "bun";
import { textOfBody } from "../../server/store/message-row.ts";
import { browserSystem } from "../../web/transport/system.ts";
import { many, type Spread, talkers } from "./conversations.ts";
import { text } from "./server-folder.ts";

/** As many as the commit loop stores at once. */
const batch = 200;
const { newId } = browserSystem;

interface Floor {
  /** Each on a connection of its own; it stores for so long, and gives how many. */
  writers: ((spread: Spread, ms: number) => Promise<number>)[];
  close(): Promise<void>;
}

/** The least that can be done to store messages in PostgreSQL: the same rows in the same table, numbered by whoever asks. */
export async function bareInsert(url: string, count: number): Promise<Floor> {
  const pools = Array.from({ length: count }, () => new SQL({ url, max: 1, idleTimeout: 0 }));
  const all = new Set(Array.from({ length: talkers }, (_, person) => many(person)).flat());
  await pools[0]!`
    insert into conversations (id, kind) select id, 'direct' from unnest(${[...all]}::text[]) as made (id)`;
  return {
    writers: pools.map((sql, at) => {
      let number = 1 + at * 1e9;
      return async (spread, ms) => {
        const end = performance.now() + ms;
        let stored = 0;
        while (performance.now() < end) {
          const rows = Array.from({ length: batch }, (_, row) => {
            const author = row % talkers;
            const conversations = spread(author);
            return {
              author: author + 1,
              conversation: conversations[number % conversations.length]!,
              seq: number++,
            };
          });
          await insert(sql, rows);
          stored += batch;
        }
        return stored;
      };
    }),
    async close() {
      await Promise.all(pools.map((sql) => sql.close({ timeout: 0 })));
    },
  };
}

const insert = (sql: SQL, rows: { author: number; conversation: string; seq: number }[]) => sql`
  insert into chat_messages (conversation_id, seq, rev, author_id, client_id, body, created_at)
  select * from unnest(
    ${rows.map((row) => row.conversation)}::text[],
    ${rows.map((row) => row.seq)}::bigint[],
    ${rows.map((row) => row.seq)}::bigint[],
    ${rows.map((row) => row.author)}::bigint[],
    ${rows.map(() => newId())}::text[],
    ${rows.map(() => textOfBody({ text }))}::text[],
    ${rows.map(() => Date.now())}::bigint[])`;
