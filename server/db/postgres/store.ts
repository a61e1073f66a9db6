import type { Store } from "../store.ts";
import { postgresConversations } from "./conversations.ts";
import { postgresMessages } from "./messages.ts";
import type { Author } from "./notices.ts";
import type { Db } from "./open.ts";
import { postgresSessions } from "./sessions.ts";
import { postgresUsers } from "./users.ts";

/** The store on an open PostgreSQL database, for the node named `origin`; closing the store closes the database. */
export function postgresStore(db: Db, author: Author): Store {
  return {
    users: postgresUsers(db, author),
    sessions: postgresSessions(db, author),
    conversations: postgresConversations(db, author),
    messages: postgresMessages(db),
    get epoch() {
      return db.epoch;
    },
    close: () => db.close(),
  };
}
