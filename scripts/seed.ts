import { join } from "node:path";
import { newSettings } from "../server/accounts/set-up.ts";
import { HashPool } from "../server/auth/hash-pool.ts";
import { passwords } from "../server/auth/passwords.ts";
import { parseConfig } from "../server/config/environment.ts";
import { loadSecrets, type Secrets } from "../server/config/secrets.ts";
import { directId, groupId } from "../server/protocol/conversation-id.ts";
import type { ServerSettings } from "../server/protocol/settings.ts";
import { FolderInUse, openStorage } from "../server/storage.ts";
import type { Draft } from "../server/store/messages.ts";
import type { Store } from "../server/store/store.ts";
import type { User } from "../server/store/users.ts";
import { system } from "../server/system.ts";
import { type Line, story } from "./seed-story.ts";
import { command, SetupError } from "./setup.ts";

const minute = 60_000;

// Fills an empty database with three people and what they wrote to each other in two days.
await command(async () => {
  const config = parseConfig(Bun.env);
  const { dataDir, postgres } = config;
  const storage = await openStorage(config, system, (error) => console.error(error)).catch((error) => {
    throw error instanceof FolderInUse
      ? new SetupError(`A server is running on ${dataDir}. Stop it first.`)
      : error;
  });
  const where = postgres === null ? join(dataDir, "chat.sqlite") : "The database of DATABASE_URL";
  try {
    if ((await storage.store.users.directory()).length > 0)
      throw new SetupError(
        `${where} has users already, and is left alone. For another: DATA_DIR=data/demo bun run seed`,
      );
    const secrets = loadSecrets(join(dataDir, "secrets.json"));
    const node = await storage.share(secrets);
    const { store } = storage;
    const password = Buffer.from(crypto.getRandomValues(new Uint8Array(9))).toString("base64url");
    const settings = newSettings("Street party", "invite", config.limits);
    const users = await addPeople(store, secrets, password, settings);
    await store.messages.append(drafts(users, Date.now()));
    await markRead(store, users);
    await node?.signals.close();
    console.log(`${where} has ${story.people.join(", ")} now. Each can log in with the password ${password}`);
    return 0;
  } finally {
    await storage.close();
  }
});

async function addPeople(
  store: Store,
  { pepper }: Secrets,
  password: string,
  settings: ServerSettings,
): Promise<Map<string, User>> {
  const pool = new HashPool(1, 12);
  const { hash } = passwords(pool, pepper);
  const createdAt = Date.now() - 3 * 24 * 60 * minute;
  const users = new Map<string, User>();
  for (const [at, name] of story.people.entries()) {
    const passwordHash = await hash(password);
    // The first of them is the owner.
    const newAccount = at === 0 ? { settings } : {};
    users.set(name, (await store.users.create({ name, passwordHash, createdAt }, newAccount))!);
  }
  pool.close();
  return users;
}

function drafts(users: Map<string, User>, now: number): Draft[] {
  const idOf = (name: string) => users.get(name)!.id;
  const draft =
    (conversation: Draft["conversation"]) =>
    ([who, minutesAgo, text]: Line) => ({
      conversation,
      author: idOf(who),
      clientId: crypto.randomUUID(),
      body: { text },
      createdAt: now - minutesAgo * minute,
    });
  const direct = story.private.flatMap(({ between: [one, other], lines }) =>
    lines.map(draft(directId(idOf(one), idOf(other)))),
  );
  return [...story.group.map(draft(groupId)), ...direct].sort((a, b) => a.createdAt - b.createdAt);
}

async function markRead(store: Store, users: Map<string, User>): Promise<void> {
  for (const [name, { id: userId }] of users)
    for (const { id: conversation, head } of await store.conversations.of(userId)) {
      const unread = conversation === groupId ? (story.unread[name] ?? 0) : 0;
      await store.conversations.markRead([{ userId, conversation, seq: head - unread }]);
    }
}
