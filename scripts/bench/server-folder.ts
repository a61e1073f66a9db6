import { createHash, randomBytes } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import { newSettings } from "../../server/accounts/set-up.ts";
import { HashPool } from "../../server/auth/hash-pool.ts";
import { passwords } from "../../server/auth/passwords.ts";
import { ensureCertificate } from "../../server/certificates/ensure.ts";
import { parseConfig } from "../../server/config/environment.ts";
import { loadSecrets } from "../../server/config/secrets.ts";
import type { ConversationId } from "../../server/protocol/conversation-id.ts";
import { openDatabase } from "../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../server/store/sqlite/store.ts";
import type { Store } from "../../server/store/store.ts";
import { browserSystem } from "../../web/transport/system.ts";
import { temporaryFolder } from "./temporary.ts";

/** Ids are made as the client makes them: what they look like decides what storing them costs. */
const { newId } = browserSystem;

/** A data directory of ours with people who are signed in and messages they wrote. */
export interface ServerFolder {
  dataDir: string;
  /** The cookie of each person. */
  cookies: string[];
  names: string[];
  messages: number;
}

/** Everybody's. */
export const password = "correct horse battery staple";
/** Limits meant for people are out of the way: a few members send what a town would. */
export const unlimited = {
  MESSAGES_PER_MINUTE: "1000000",
  MESSAGE_BURST: "1000000",
  REQUESTS_PER_SECOND: "1000000",
  SOCKETS_PER_USER: "10000",
};
/** What people write is about this long. */
export const text = "Shall we meet at the usual place at eight, or would nine be better for you?";
const batch = 10_000;

/**
 * Makes a folder through the product's own code: the migrations, the store, the password hash. Everyone has read
 * everything but the newest `unread`. Only the sync at each commit is left out while it is filled; the server that
 * opens it afterwards syncs as always.
 */
export async function makeServerFolder(
  people: number,
  messages = 0,
  unread = 0,
  limits = parseConfig(unlimited).limits,
): Promise<ServerFolder> {
  const dataDir = temporaryFolder();
  await makeCertificate(dataDir);
  const db = openDatabase(join(dataDir, "chat.sqlite"));
  for (const pragma of ["synchronous = OFF", "cache_size = -512000"]) db.$client.run(`PRAGMA ${pragma}`);
  const store = sqliteStore(db);
  const { names, cookies } = await fill(store, dataDir, people, limits);
  for (let written = 0; written < messages; written += batch) {
    const size = Math.min(batch, messages - written);
    await store.messages.append(Array.from({ length: size }, (_, at) => draft(1 + (at % people))));
  }
  const all = names.map((_, at) => ({
    userId: at + 1,
    conversation: "group" as const,
    seq: messages - unread,
  }));
  await store.conversations.markRead(all);
  store.close();
  return { dataDir, cookies, names, messages };
}

/** Sets the chat up and adds people who are signed in, with the secrets of the folder. */
export async function fill(
  store: Store,
  dataDir: string,
  people: number,
  limits = parseConfig(unlimited).limits,
): Promise<{ names: string[]; cookies: string[] }> {
  await store.settings.write(newSettings("Bench", "closed", limits));
  const passwordHash = await hashOf(dataDir);
  const names = Array.from({ length: people }, (_, at) => `person-${String(at).padStart(4, "0")}`);
  const cookies: string[] = [];
  for (const name of names) cookies.push(await settle(store, name, passwordHash));
  return { names, cookies };
}

/** The certificate that `server/main.ts` would make at its first start; gives its files. */
export async function makeCertificate(dataDir: string): Promise<{ cert: string; key: string }> {
  const { server } = await ensureCertificate({
    dataDir,
    tls: null,
    hostname: hostname(),
    interfaces: networkInterfaces(),
    now: Date.now(),
  });
  return server.files;
}

export const draft = (author: number, conversation: ConversationId = "group") => ({
  conversation,
  author,
  clientId: newId(),
  body: { text },
  createdAt: Date.now(),
});

/** Adds an account with a live session; gives its cookie. */
async function settle(store: Store, name: string, passwordHash: string): Promise<string> {
  const createdAt = Date.now();
  const user = await store.users.create({ name, passwordHash, createdAt });
  const token = randomBytes(32).toString("base64url");
  const id = createHash("sha256").update(token).digest();
  await store.sessions.create({ id, userId: user!.id, device: "bench", createdAt });
  return `__Host-session=${token}`;
}

/** One hash for everyone: each costs a quarter of a second. */
async function hashOf(dataDir: string): Promise<string> {
  const pool = new HashPool(1, 12);
  const hash = await passwords(pool, loadSecrets(join(dataDir, "secrets.json")).pepper).hash(password);
  pool.close();
  return hash;
}
