import { and, asc, count, eq, inArray, isNotNull } from "drizzle-orm";
import type { RoomId } from "../protocol/conversation-id.ts";
import type { Message } from "../protocol/events.ts";
import { limits } from "../protocol/limits.ts";
import type { ConversationLine } from "../protocol/message-body.ts";
import { isAbove, may, type Role } from "../protocol/roles.ts";
import type { ShownRoom } from "../protocol/rooms.ts";
import { Refusal } from "../refusal.ts";
import { textOfBody, toMessage } from "./message-row.ts";
import {
  done,
  first,
  type NewAuditEntry,
  rows,
  some,
  type Tx,
  transaction,
  type Work,
} from "./transaction.ts";

/** What a room is, beside who is in it. */
export type RoomFacts = Pick<ShownRoom, "name" | "description" | "access" | "history">;

export interface RoomMember {
  user: number;
  /** The first number that they see. */
  seesFrom: number;
  /** Whether they look after the room. */
  isOwner: boolean;
}

/** A room with its people, in the order in which they came. */
export interface Room extends RoomFacts {
  id: RoomId;
  /** The conversation's number at which it was so: of two states the one with the higher is the later. */
  version: number;
  writers: ShownRoom["writers"];
  /** UTC milliseconds; null while it is in use. */
  archivedAt: number | null;
  members: RoomMember[];
}

/** What of a room is changed; what is left out stays. */
export interface RoomPatch {
  name?: string | undefined;
  description?: string | undefined;
  writers?: ShownRoom["writers"] | undefined;
  archived?: boolean | undefined;
}

/** The lines that an act has written, to be delivered; none where nothing was to be done. */
type Lines = Message[];

/**
 * Rooms, and who is in them. Every act is a transaction that holds the room: it decides by what is true then, writes its line under
 * the next number of the conversation, and tells of the room as it is from that number on.
 */
export const rooms = {
  /** All there are. */
  all: transaction(function* (tx) {
    const { conversations, memberships } = tx.t;
    const found = yield* rows(tx.db.select().from(conversations).where(eq(conversations.kind, "room")));
    const people = yield* rows(
      tx.db
        .select()
        .from(memberships)
        .where(isNotNull(memberships.joinedAt))
        .orderBy(asc(memberships.joinedAt), asc(memberships.userId)),
    );
    const byRoom = Map.groupBy(people, ({ conversationId }) => conversationId);
    return found.map((row) => roomOf(row, byRoom.get(row.id) ?? []));
  }),

  /**
   * Makes a room with its maker and these people in it. Gives no lines where the same maker has made it already; refuses the name
   * of another's room, and more rooms than there may be. Accounts that are gone are left out.
   */
  create: transaction(function* (tx, room: NewRoom, maker: number, people: readonly number[], at: number) {
    yield* requireActive(tx, maker);
    const { id, writers, ...facts } = room;
    const { conversations } = tx.t;
    const total = tx.db.select({ count: count() }).from(conversations).where(eq(conversations.kind, "room"));
    if (Number((yield* first(total))?.count) >= limits.roomsMax) throw new Refusal("too_many");
    const isForReading = writers === "owners" ? 1 : 0;
    const row = {
      id,
      kind: "room" as const,
      head: 1,
      lastMessageAt: at,
      room: JSON.stringify(facts),
      isForReading,
    };
    const made = tx.db
      .insert(conversations)
      .values(row)
      .onConflictDoNothing()
      .returning({ id: conversations.id });
    if (!(yield* some(made))) return yield* madeBefore(tx, id, maker);
    const others = yield* active(tx, people);
    yield* enrol(tx, id, [maker], { seesFrom: 1, at, isOwner: facts.access === "people" ? 0 : 1 });
    yield* enrol(tx, id, others, { seesFrom: 1, at, isOwner: 0 });
    return [yield* writeLine(tx, id, 1, maker, { what: "made", people: others }, at)];
  }),

  /** Puts somebody into a public room. */
  join: transaction(function* (tx, id: RoomId, user: number, at: number): Work<Lines> {
    const { room, head } = yield* hold(tx, id);
    yield* requireActive(tx, user);
    if (room.members.some((member) => member.user === user)) return [];
    if (room.access !== "public") throw new Refusal("unknown_conversation");
    if (room.archivedAt !== null) throw new Refusal("archived");
    yield* enrol(tx, id, yield* active(tx, [user]), { seesFrom: 1, at, isOwner: 0, lastRead: head });
    return [yield* writeLine(tx, id, head + 1, user, { what: "joined" }, at)];
  }),

  /** Puts people into a room, by a member of it. */
  add: transaction(function* (
    tx,
    id: RoomId,
    by: number,
    people: readonly number[],
    at: number,
  ): Work<Lines> {
    const { room, head } = yield* hold(tx, id);
    yield* requireActive(tx, by);
    memberOf(room, by);
    if (room.access === "people") throw new Refusal("not_allowed");
    if (room.archivedAt !== null) throw new Refusal("archived");
    const there = new Set(room.members.map(({ user }) => user));
    const others = (yield* active(tx, people)).filter((user) => !there.has(user));
    if (others.length === 0) return [];
    const seesFrom = room.history === "all" ? 1 : head + 1;
    yield* enrol(tx, id, others, { seesFrom, at, isOwner: 0, lastRead: head });
    return [yield* writeLine(tx, id, head + 1, by, { what: "added", people: others }, at)];
  }),

  /** Lets somebody out of a room, who may never have been in it. */
  leave: transaction(function* (tx, id: RoomId, user: number, at: number): Work<Lines> {
    const { room, head } = yield* hold(tx, id);
    if (!room.members.some((member) => member.user === user)) return [];
    return [yield* dismiss(tx, room, head, user, user, { what: "left" }, at)];
  }),

  /**
   * Puts somebody out of a room, by who looks after it, or by a moderator in it who stands above them. It is audited as `change` is.
   */
  remove: transaction(function* (
    tx,
    id: RoomId,
    by: number,
    user: number,
    at: number,
    entry?: NewAuditEntry,
  ): Work<Lines> {
    const { room, head } = yield* hold(tx, id);
    yield* requireActive(tx, by);
    const { isOwner } = memberOf(room, by);
    if (room.access === "people" || by === user) throw new Refusal("not_allowed");
    const [role, other] = [yield* roleOf(tx, by), yield* roleOf(tx, user)];
    if (!isOwner && !(may(role, "room.manage") && isAbove(role, other))) throw new Refusal("not_allowed");
    if (!room.members.some((member) => member.user === user)) return [];
    if (isAudited(room, isOwner)) yield* tx.audit(entry);
    return [yield* dismiss(tx, room, head, by, user, { what: "removed", people: [user] }, at)];
  }),

  /**
   * Changes what a room is, by who looks after it; each change that is one has a line. Putting it away and bringing it back are
   * audited, in a private room only where a moderator does what its owners did not.
   */
  change: transaction(function* (
    tx,
    id: RoomId,
    by: number,
    patch: RoomPatch,
    at: number,
    entry?: NewAuditEntry,
  ): Work<Lines> {
    const { room, head } = yield* hold(tx, id);
    yield* requireActive(tx, by);
    const { isOwner } = memberOf(room, by);
    // The people of a conversation of a few are all alike: each may give it a name, and there is nothing else to look after.
    const isFew = room.access === "people";
    if (
      isFew
        ? patch.archived !== undefined || patch.writers !== undefined
        : !isOwner && !may(yield* roleOf(tx, by), "room.manage")
    )
      throw new Refusal("not_allowed");
    if (room.archivedAt !== null && patch.archived !== false) throw new Refusal("archived");
    const changed = changedBy(room, patch, at);
    if (changed.lines.length === 0) return [];
    if (changed.room.archivedAt !== room.archivedAt && isAudited(room, isOwner)) yield* tx.audit(entry);
    const { name, description, access, history, archivedAt, writers } = changed.room;
    const isForReading = writers === "owners" ? 1 : 0;
    const { conversations } = tx.t;
    const values = { room: JSON.stringify({ name, description, access, history }), archivedAt, isForReading };
    yield* done(tx.db.update(conversations).set(values).where(eq(conversations.id, id)));
    const lines: Lines = [];
    for (const [after, line] of changed.lines.entries())
      lines.push(yield* writeLine(tx, id, head + 1 + after, by, line, at));
    return lines;
  }),
};

/** Whether an act is for the audit log. What the owners of a private room do there concerns nobody outside. */
const isAudited = ({ access }: Room, byOwner: boolean): boolean => access === "public" || !byOwner;

/** What somebody makes a room of. */
export interface NewRoom extends RoomFacts {
  id: RoomId;
  writers: ShownRoom["writers"];
}

/** Takes a deleted account out of its rooms, each with its line. */
export function* leaveRooms(tx: Tx, user: number, at: number): Work<void> {
  const { memberships } = tx.t;
  const theirs = and(eq(memberships.userId, user), isNotNull(memberships.joinedAt));
  const found = yield* rows(
    tx.db
      .select({ id: memberships.conversationId })
      .from(memberships)
      .where(theirs)
      .orderBy(asc(memberships.conversationId)),
  );
  for (const { id } of found) {
    const { room, head } = yield* hold(tx, id as RoomId);
    yield* dismiss(tx, room, head, user, user, { what: "left" }, at);
  }
}

/** The room as it is, which nobody else changes until the transaction ends. Refuses one that never was. */
function* hold(tx: Tx, id: RoomId): Work<{ room: Room; head: number }> {
  const { conversations } = tx.t;
  const row = yield* first(tx.locking(tx.db.select().from(conversations).where(eq(conversations.id, id))));
  if (!row) throw new Refusal("unknown_conversation");
  return { room: roomOf(row, yield* membersOf(tx, id)), head: row.head };
}

function* membersOf({ db, t: { memberships } }: Tx, id: RoomId) {
  return yield* rows(
    db
      .select()
      .from(memberships)
      .where(eq(memberships.conversationId, id))
      .orderBy(asc(memberships.joinedAt), asc(memberships.userId)),
  );
}

/** No lines, where somebody who is still in it has made it. To a maker who is out of it, the room is not there either. */
function* madeBefore(tx: Tx, id: RoomId, maker: number): Work<Lines> {
  const { room } = yield* hold(tx, id);
  memberOf(room, maker);
  const { messages } = tx.t;
  const made = and(eq(messages.conversationId, id), eq(messages.seq, 1), eq(messages.authorId, maker));
  if (yield* some(tx.db.select({ seq: messages.seq }).from(messages).where(made))) return [];
  throw new Refusal("unknown_conversation");
}

/** The member of that id. To anybody else the room is not there. */
function memberOf({ members }: Room, user: number): RoomMember {
  const member = members.find((one) => one.user === user);
  if (member) return member;
  throw new Refusal("unknown_conversation");
}

function* roleOf({ db, t: { users } }: Tx, id: number): Work<Role> {
  return (
    (yield* first(db.select({ role: users.role }).from(users).where(eq(users.id, id))))?.role ?? "member"
  );
}

/** Refuses who is barred by now. */
function* requireActive({ db, t: { users } }: Tx, id: number): Work<void> {
  const found = yield* first(db.select({ status: users.status }).from(users).where(eq(users.id, id)));
  if (found?.status !== "active") throw new Refusal("account_barred");
}

/** Those of these people who have an account, each once. */
function* active({ db, t: { users } }: Tx, ids: readonly number[]): Work<number[]> {
  if (ids.length === 0) return [];
  const there = and(inArray(users.id, [...ids]), isNotNull(users.name), eq(users.status, "active"));
  const found = yield* rows(db.select({ id: users.id }).from(users).where(there).orderBy(asc(users.id)));
  return found.map(({ id }) => id);
}

interface Enrolment {
  seesFrom: number;
  at: number;
  isOwner: number;
  lastRead?: number;
}

function* enrol(
  { db, t: { memberships } }: Tx,
  conversationId: RoomId,
  people: readonly number[],
  { seesFrom, at, isOwner, lastRead = 0 }: Enrolment,
): Work<void> {
  if (people.length === 0) return;
  const values = people.map((userId) => ({
    userId,
    conversationId,
    seesFrom,
    joinedAt: at,
    isOwner,
    lastRead,
  }));
  yield* done(db.insert(memberships).values(values).onConflictDoNothing());
}

/** Takes somebody out; where nobody looks after the room any more, whoever has been there for the longest does. */
function* dismiss(
  tx: Tx,
  room: Room,
  head: number,
  by: number,
  user: number,
  line: ConversationLine,
  at: number,
): Work<Message> {
  const { memberships } = tx.t;
  const inRoom = eq(memberships.conversationId, room.id);
  yield* done(tx.db.delete(memberships).where(and(inRoom, eq(memberships.userId, user))));
  const others = room.members.filter((member) => member.user !== user);
  const [heir] = others;
  if (room.access !== "people" && heir && !others.some(({ isOwner }) => isOwner)) {
    const theirs = and(inRoom, eq(memberships.userId, heir.user));
    yield* done(tx.db.update(memberships).set({ isOwner: 1 }).where(theirs));
  }
  return yield* writeLine(tx, room.id, head + 1, by, line, at);
}

/** Writes a line of the conversation, and tells everywhere what the room is from its number on. */
function* writeLine(
  tx: Tx,
  id: RoomId,
  seq: number,
  author: number,
  line: ConversationLine,
  at: number,
): Work<Message> {
  const { conversations, messages } = tx.t;
  const body = { text: "", line };
  const row = {
    conversationId: id,
    seq,
    rev: seq,
    authorId: author,
    // Nobody sends it, so that it needs no name that its author could use again.
    clientId: `${id} ${seq}`,
    body: textOfBody(body),
    createdAt: at,
    deletedAt: null,
    state: null,
    thread: null,
    replies: 0,
    repliesUpTo: 0,
  };
  yield* done(tx.db.insert(messages).values({ ...row, isLine: 1 }));
  yield* done(tx.db.update(conversations).set({ head: seq }).where(eq(conversations.id, id)));
  const { room } = yield* hold(tx, id);
  tx.emit({ kind: "room.changed", room });
  return toMessage(row);
}

interface Row {
  id: string;
  head: number;
  room: string | null;
  archivedAt: number | null;
  isForReading: number;
}

const roomOf = (
  row: Row,
  members: readonly { userId: number; seesFrom: number; isOwner: number }[],
): Room => ({
  ...(JSON.parse(row.room!) as RoomFacts),
  id: row.id as RoomId,
  version: row.head,
  writers: row.isForReading === 1 ? "owners" : "everyone",
  archivedAt: row.archivedAt,
  members: members.map(({ userId, seesFrom, isOwner }) => ({
    user: userId,
    seesFrom,
    isOwner: isOwner === 1,
  })),
});

/** The room as a patch makes it, with the lines that say so. */
function changedBy(room: Room, patch: RoomPatch, at: number): { room: Room; lines: ConversationLine[] } {
  const lines: ConversationLine[] = [];
  const changed = { ...room };
  if (patch.archived !== undefined && patch.archived !== (room.archivedAt !== null)) {
    changed.archivedAt = patch.archived ? at : null;
    if (!patch.archived) lines.push({ what: "restored" });
  }
  if (patch.name !== undefined && patch.name !== room.name) {
    changed.name = patch.name;
    lines.push({ what: "renamed", name: patch.name });
  }
  if (patch.description !== undefined && patch.description !== room.description) {
    changed.description = patch.description;
    lines.push({ what: "described" });
  }
  if (patch.writers !== undefined && patch.writers !== room.writers) {
    changed.writers = patch.writers;
    lines.push({ what: "writers", writers: patch.writers });
  }
  if (patch.archived && room.archivedAt === null) lines.push({ what: "archived" });
  return { room: changed, lines };
}
