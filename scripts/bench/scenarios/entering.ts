import { join } from "node:path";
import { type ConversationId, directId, newRoomId } from "../../../server/protocol/conversation-id.ts";
import { openDatabase } from "../../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../../server/store/sqlite/store.ts";
import { startOurs } from "../contenders.ts";
import type { Ground } from "../ground.ts";
import { below, type Section } from "../report.ts";
import { inRounds, median } from "../rounds.ts";
import { draft, makeServerFolder } from "../server-folder.ts";
import { removeFolder } from "../temporary.ts";
import { openWire } from "../wire.ts";

const people = 101;
const rooms = 99;
const messages = 100;
const conversations = people + rooms;

/** What it costs the server when somebody enters who is in two hundred conversations, in each of which something is unread. */
export async function entering(ground: Ground): Promise<Section> {
  const folder = await makeServerFolder(people, messages);
  await fill(folder.dataDir);
  const contender = await startOurs(ground, folder);
  const [full, empty] = [await openWire(contender.address(0)), await openWire(contender.address(people - 1))];
  const times = ground.quick ? 50 : 300;
  /** Milliseconds of the server's CPU. */
  const costOf = async (client: typeof full) => {
    const before = await contender.server.ask("read");
    for (let time = 0; time < times; time++) await client.ask({ type: "chat.enter" });
    const after = await contender.server.ask("read");
    return (after.cpu - before.cpu) / 1000 / times;
  };
  const [entered] = JSON.parse(await full.ask({ type: "chat.enter" })) as [{ conversations: unknown[] }];
  if (entered.conversations.length !== conversations)
    throw new Error(`There are ${entered.conversations.length} conversations, not ${conversations}.`);
  await costOf(full);
  const measured = await inRounds(ground.quick ? 3 : 7, {
    few: () => costOf(empty),
    many: () => costOf(full),
  });
  for (const client of [full, empty]) await client.close();
  await contender.server.stop();
  removeFolder(folder.dataDir);
  const many = median(measured.many);
  return {
    title: "Entering",
    unit: "server CPU, ms each",
    lines: [
      {
        what: "chat.enter",
        numbers: { "2 conversations": median(measured.few), "200 conversations": many },
        reaches: [below(many, 10, "< 10 ms")],
      },
    ],
    notes: [
      `each conversation has ${messages} messages, none of which was read; the directory of people is in it`,
    ],
  };
}

/** The first person is in rooms with the second, and has a private conversation with each other one. */
async function fill(dataDir: string): Promise<void> {
  const db = openDatabase(join(dataDir, "chat.sqlite"));
  db.$client.run("PRAGMA synchronous = OFF");
  const store = sqliteStore(db);
  const say = (author: number, id: ConversationId) =>
    store.messages.append(Array.from({ length: messages }, () => draft(author, id)));
  for (let other = 2; other <= people; other++) await say(other, directId(1, other));
  const facts = {
    name: "Room",
    description: "",
    access: "public",
    history: "all",
    writers: "everyone",
  } as const;
  for (let count = 0; count < rooms; count++) {
    const id = newRoomId(crypto.randomUUID());
    await store.rooms.create({ ...facts, id }, 2, [1], Date.now());
    await say(2, id);
  }
  store.close();
}
