import { join } from "node:path";
import type { Draft, Outcome } from "../../server/store/messages.ts";
import { openDatabase } from "../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../server/store/sqlite/store.ts";
import type { Store } from "../../server/store/store.ts";
import { startServer } from "./server.ts";

/** Our server with its first promise broken: it says "stored" at once, and stores somewhat later. */
const store = sqliteStore(openDatabase(join(process.env.DATA_DIR!, "chat.sqlite")));
const heads = new Map<string, number>();

async function promised(draft: Draft): Promise<Outcome> {
  const { conversation, author, clientId, body, createdAt } = draft;
  const seq = (heads.get(conversation) ?? (await store.conversations.head(conversation))) + 1;
  heads.set(conversation, seq);
  const message = { conversation, seq, rev: seq, author, clientId, body, createdAt };
  return { kind: "stored", message };
}

const messages: Store["messages"] = {
  ...store.messages,
  async append(drafts) {
    const outcomes: Outcome[] = [];
    for (const draft of drafts) outcomes.push(await promised(draft));
    setTimeout(() => void store.messages.append(drafts), 100);
    return outcomes;
  },
};

const env = { MESSAGES_PER_MINUTE: "1000000", MESSAGE_BURST: "1000000" };
const server = await startServer({ store: { ...store, messages }, env, port: Number(process.env.PORT) });
process.on("SIGTERM", () => void server.stop().then(() => process.exit(0)));
console.log(`${server.origin}\nPress Ctrl-C to stop.`);
