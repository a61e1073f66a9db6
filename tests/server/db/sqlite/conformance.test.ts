import { describe } from "bun:test";
import { sql } from "drizzle-orm";
import { database } from "../../../support/database.ts";
import { accountSuite } from "../conformance/accounts.ts";
import { appendSuite } from "../conformance/append.ts";
import { conversationSuite } from "../conformance/conversations.ts";
import type { OpenGround } from "../conformance/ground.ts";
import { modelSuite } from "../conformance/model.ts";
import { pageSuite } from "../conformance/pages.ts";

/** What every store must do, done by SQLite. */
const open: OpenGround = async () => {
  const { db, store } = database();
  return {
    store,
    run: async (statement) => void db.$client.run(statement),
    failOn: async (text) => {
      const chosen = sql.raw(`'${text}'`);
      db.run(sql`
        create trigger poison before insert on messages when new.text = ${chosen}
        begin select raise(abort, 'poisoned'); end`);
    },
  };
};

describe("SQLite: messages", () => appendSuite(open));
describe("SQLite: messages, by the rules", () => modelSuite(open));
describe("SQLite: pages", () => pageSuite(open));
describe("SQLite: conversations", () => conversationSuite(open));
describe("SQLite: accounts", () => accountSuite(open));
