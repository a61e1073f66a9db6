import { join } from "node:path";
import { newSettings } from "../server/accounts/set-up.ts";
import { HashPool } from "../server/auth/hash-pool.ts";
import { passwords } from "../server/auth/passwords.ts";
import { parseConfig } from "../server/config/environment.ts";
import { loadSecrets, type Secrets } from "../server/config/secrets.ts";
import {
  type ConversationId,
  directId,
  groupId,
  newRoomId,
  type RoomId,
} from "../server/protocol/conversation-id.ts";
import type { ServerSettings } from "../server/protocol/settings.ts";
import { FolderInUse, openStorage } from "../server/storage.ts";
import type { Draft } from "../server/store/messages.ts";
import type { Store } from "../server/store/store.ts";
import type { User } from "../server/store/users.ts";
import { system } from "../server/system.ts";
import { type Line, story } from "./seed-story.ts";
import { command, SetupError } from "./setup.ts";

const minute = 60_000;

// Fills an empty database with a few people, and what they wrote to each other in two days.
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
    const now = Date.now();
    const talks: Talk[] = [
      ...(await makeRooms(store, users, now)),
      { conversation: groupId, lines: story.group },
      ...story.private.map(({ between: [one, other], lines }) => ({
        conversation: directId(idOf(users, one), idOf(users, other)),
        lines,
      })),
    ];
    await talk(store, users, talks, now);
    await archive(store, users, talks, now);
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

/** Lines of a conversation; of a room, the first of whose numbers say who was there from the beginning. */
interface Talk {
  conversation: ConversationId;
  lines: readonly Line[];
  room?: (typeof story.rooms)[number];
}

function idOf(users: Map<string, User>, name: string): number {
  return users.get(name)!.id;
}

async function makeRooms(store: Store, users: Map<string, User>, now: number): Promise<Talk[]> {
  const talks: Talk[] = [];
  for (const room of story.rooms) {
    const { people, minutesAgo, lines, isArchived, pins, ...facts } = room;
    const id = newRoomId(crypto.randomUUID());
    const [maker, ...others] = people.map((name) => idOf(users, name)) as [number, ...number[]];
    await store.rooms.create({ ...facts, id }, maker, others, now - minutesAgo * minute);
    talks.push({ conversation: id, lines, room });
  }
  return talks;
}

async function talk(store: Store, users: Map<string, User>, talks: Talk[], now: number): Promise<void> {
  const drafts = talks.flatMap((one) => draftsOf(one, users, now));
  await store.messages.append(drafts.sort((a, b) => a.createdAt - b.createdAt));
  for (const { conversation, lines, room } of talks) {
    for (const [index, { reactions }] of lines.entries())
      for (const { emoji, people } of reactions)
        for (const name of people)
          await store.messages.react(conversation, seqOf(index + 1, room), idOf(users, name), emoji, true);
    for (const line of room?.pins ?? [])
      await store.messages.pin(conversation, seqOf(line, room), idOf(users, room!.people[0]), true, now);
  }
}

/** The number of a line: a room begins with one that says who has made it. */
function seqOf(line: number, room: Talk["room"]): number {
  return line + (room ? 1 : 0);
}

function draftsOf({ conversation, lines, room }: Talk, users: Map<string, User>, now: number): Draft[] {
  const rootOf = (line: number): number => {
    const { answers } = lines[line - 1]!;
    return answers === null ? line : rootOf(answers);
  };
  return lines.map(({ who, minutesAgo, text, answers }) => ({
    conversation,
    author: idOf(users, who),
    clientId: crypto.randomUUID(),
    body: answers === null ? { text } : { text, replyTo: seqOf(answers, room) },
    createdAt: now - minutesAgo * minute,
    ...(answers === null ? {} : { thread: seqOf(rootOf(answers), room) }),
  }));
}

/** What was put away was so after all that was said there. */
async function archive(store: Store, users: Map<string, User>, talks: Talk[], now: number): Promise<void> {
  for (const { conversation, lines, room } of talks) {
    if (!room?.isArchived) continue;
    const at = now - (lines.at(-1)!.minutesAgo - 1) * minute;
    await store.rooms.change(conversation as RoomId, idOf(users, room.people[0]), { archived: true }, at);
  }
}

async function markRead(store: Store, users: Map<string, User>): Promise<void> {
  for (const [name, { id: userId }] of users)
    for (const { id: conversation, latest } of await store.conversations.of(userId)) {
      const unread = conversation === groupId ? (story.unread[name] ?? 0) : 0;
      await store.conversations.markRead([{ userId, conversation, seq: latest!.seq - unread }]);
    }
}
