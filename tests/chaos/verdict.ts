import type { Message } from "../../server/protocol/events.ts";
import { toMessage } from "../../server/store/message-row.ts";
import { type Copy, faults as ledgerFaults } from "../support/ledger.ts";
import type { Client } from "./client.ts";
import type { Crowd } from "./crowd.ts";
import type { Events } from "./events.ts";
import type { Ground } from "./ground.ts";
import {
  bugsIn,
  type Interval,
  lateDeliveries,
  overheard,
  returns,
  twoContents,
  wrongCutOffs,
  wrongPresence,
} from "./invariants.ts";
import type { Room } from "./room.ts";
import { asSuperuser } from "./servers.ts";
import type { Witness } from "./witness.ts";

interface Case extends Events {
  ground: Ground;
  people: Crowd;
  room: Room;
  witness: Witness;
  pauses: Interval[];
  settleMs?: number;
}

const heardMs = 25_000;
const settleMs = 10_000;
/** How long a lease takes at most to be over and told. */
const leaseMs = 10_000;

/** Lets everything come to rest, and gives every invariant that was broken, in a sentence each. */
export async function verdict(given: Case): Promise<string[]> {
  const { ground, people, room, staying, witness, seen, ended, pauses } = given;
  const broken = [...given.failures];
  for (const client of people.all) client.beQuiet();
  room.leave();
  await until(() => staying.every((client) => client.isHeard && client.isSettled), heardMs);
  for (const { citizen, isHeard, isSettled } of staying) {
    if (!isHeard)
      broken.push(`${citizen.name} said something that is not acknowledged after ${heardMs / 1000} s`);
    if (!isSettled) broken.push(`${citizen.name} found nobody to catch up with`);
  }

  // From here on nobody may have to come back to get what is missing.
  const lines = new Map(staying.map((client) => [client, client.lines]));
  const stored = await logsOf(ground);
  const headOf = (conversation: string) =>
    (stored.get(conversation) ?? []).reduce((head, { rev }) => Math.max(head, rev), 0);
  const heads = new Map([...stored.keys()].map((conversation) => [conversation, headOf(conversation)]));
  const isWhole = ({ readers }: Client) =>
    [...readers.values()].every(({ conversation, cursor }) => cursor >= (heads.get(conversation) ?? 0));
  await until(() => staying.every(isWhole), given.settleMs ?? settleMs);
  const copies = staying.flatMap(({ citizen, readers }) =>
    [...readers.values()].map(({ conversation, log }): Copy => ({ holder: citizen.name, conversation, log })),
  );
  broken.push(...ledgerFaults(stored, people.all, copies));
  const inRoom = stored.get(room.id) ?? [];
  if (inRoom.length < 5) broken.push(`Only ${inRoom.length} messages are in the room`);
  const keeper = inRoom[0]?.author;
  const listeners = people.all
    .filter(({ citizen }) => citizen.id !== keeper)
    .map(({ citizen: { id, name }, heardInRooms }) => ({ who: name, id, heard: heardInRooms }));
  if (listeners.every(({ heard }) => heard.length === 0)) broken.push("Nobody was told anything of the room");
  broken.push(...overheard(inRoom, listeners));

  const present = new Set(staying.map(({ citizen }) => citizen.id));
  const wrong = () =>
    wrongPresence(
      staying.map(({ citizen, online }) => ({ who: citizen.name, online })),
      present,
    );
  await until(() => wrong().length === 0, given.changedAt + leaseMs - Date.now());
  broken.push(...wrong());
  broken.push(
    ...returns(
      staying.map((client) => ({
        who: client.citizen.name,
        lines: [lines.get(client)!, client.lines],
        closedWith: client.closes.at(-1)?.code,
      })),
    ),
  );

  for (const node of ground.nodes)
    if (!(await node.isWell())) broken.push(`${node.name} is not well in the end`);
  return [
    ...broken,
    ...twoContents(witness.contradictions),
    ...lateDeliveries(ended, [...pauses, ...ground.nodes.flatMap(({ frozen }) => frozen)]),
    ...wrongCutOffs(seen.cutOffs, ground.postgres.outages),
    ...seen.ghosts,
    ...[...people.all, room].flatMap(({ complaints }) => complaints),
    ...ground.nodes.flatMap(({ name, faults, printed }) => [
      ...faults,
      ...bugsIn(printed).map((line) => `${name}: ${line}`),
    ]),
  ];
}

/** Everything that is stored, by conversation, as PostgreSQL itself tells. */
async function logsOf({ databaseUrl }: Ground): Promise<Map<string, Message[]>> {
  const rows: Record<string, string>[] = await asSuperuser(
    databaseUrl,
    (sql) => sql`select * from chat_messages order by conversation_id, seq`,
  );
  const messages = rows.map((row) =>
    toMessage({
      conversationId: row.conversation_id!,
      seq: row.seq!,
      rev: row.rev!,
      authorId: row.author_id!,
      clientId: row.client_id!,
      body: row.body!,
      createdAt: row.created_at!,
      deletedAt: row.deleted_at!,
      thread: row.thread!,
      replies: row.replies!,
      repliesUpTo: row.replies_up_to!,
      state: row.state!,
    }),
  );
  return Map.groupBy(messages, ({ conversation }) => conversation);
}

async function until(holds: () => boolean, ms: number): Promise<void> {
  const deadline = Date.now() + ms;
  while (!holds() && Date.now() < deadline) await Bun.sleep(50);
}
