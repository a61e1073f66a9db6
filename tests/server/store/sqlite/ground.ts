import { sql } from "drizzle-orm";
import type { Db } from "../../../../server/store/sqlite/open.ts";
import type { Store } from "../../../../server/store/store.ts";
import type { Ground } from "../conformance/ground.ts";

/** A store on SQLite, and what a test does to its database behind its back, over this connection. */
export function sqliteGround(db: Db, store: Store): Ground {
  return {
    store,
    run: async (statement) => void db.$client.run(statement),
    replacing: (id) => {
      const columns = "into audit (id, at, event, detail) values";
      return [
        `insert or replace ${columns} (${id}, 99, 'house.changed', '{}')`,
        `replace ${columns} (${id}, 99, 'house.changed', '{}')`,
        `insert ${columns} (${id}, 99, 'house.changed', '{}') on conflict do update set at = 99`,
        `insert ${columns} (-1, 99, 'house.changed', '{}')`,
        `insert ${columns} (0, 99, 'house.changed', '{}')`,
        `update or replace audit set id = ${id} where id <> ${id}`,
      ];
    },
    holdAudit: async () => ({ reached: async () => {}, release: async () => {} }),
    failOn: async (text) => {
      const chosen = sql.raw(`'%${text}%'`);
      db.run(sql`
        create trigger poison before insert on chat_messages when new.body like ${chosen}
        begin select raise(abort, 'poisoned'); end`);
    },
  };
}
