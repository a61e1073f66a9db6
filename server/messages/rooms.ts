import { isRoomId, type RoomId } from "../protocol/conversation-id.ts";
import type { Conversation, Message } from "../protocol/events.ts";
import type { ShownRoom } from "../protocol/rooms.ts";
import type { Room } from "../store/rooms.ts";
import type { Store } from "../store/store.ts";

/** The rooms there are and who is in them, in memory: every event and every command of a room asks for it. */
export type RoomDirectory = Awaited<ReturnType<typeof roomDirectory>>;

/** Reads the rooms from the store; afterwards `put` keeps them in step. */
export async function roomDirectory(store: Pick<Store["rooms"], "all">) {
  const byId = new Map<RoomId, Room>();
  const ofUser = new Map<number, Set<RoomId>>();

  function put(room: Room): { joined: number[]; left: number[] } | null {
    const known = byId.get(room.id);
    if (known && known.version >= room.version) return null;
    byId.set(room.id, room);
    const was = new Set(known?.members.map(({ user }) => user));
    const is = new Set(room.members.map(({ user }) => user));
    const joined = [...is].filter((user) => !was.has(user));
    const left = [...was].filter((user) => !is.has(user));
    for (const user of joined) ofUser.set(user, (ofUser.get(user) ?? new Set()).add(room.id));
    for (const user of left) ofUser.get(user)?.delete(room.id);
    return { joined, left };
  }

  async function reload() {
    const all = await store.all();
    byId.clear();
    ofUser.clear();
    for (const room of all) put(room);
  }
  await reload();

  return {
    /** Reads all anew, where it may have changed behind our back. */
    reload,
    /** Takes a room as it is now; gives who has come and who has gone. Null for what is no newer than what is known. */
    put,
    find: (id: RoomId): Room | null => byId.get(id) ?? null,
    all: (): Room[] => [...byId.values()],
    /** The rooms that somebody is in. */
    of: (user: number): RoomId[] => [...(ofUser.get(user) ?? [])],
    /** Whether the people are known as these lines of a room have made them. */
    isBeyond: (messages: readonly Message[]): boolean =>
      messages.every(
        ({ conversation, seq, body }) =>
          !body.line || (byId.get(conversation as RoomId)?.version ?? 0) >= seq,
      ),
  };
}

/** A room as it is shown. */
export function shownRoom({
  name,
  description,
  access,
  history,
  writers,
  archivedAt,
  members,
}: Room): ShownRoom {
  return {
    name,
    description,
    access,
    history,
    writers,
    owners: members.flatMap(({ user, isOwner }) => (isOwner ? [user] : [])),
    members: members.length,
    ...(access === "people" ? { people: members.map(({ user }) => user) } : {}),
    ...(archivedAt === null ? {} : { archivedAt }),
  };
}

/** What the audit log tells of a room: its name only where everybody finds it. */
export const auditedRoom = ({ id, access, name }: Room) => ({
  conversation: id,
  ...(access === "public" ? { room: name } : {}),
});

/** The conversation of a room as somebody sees it who has just come. */
export function newConversation(room: Room, user: number): Conversation {
  const member = room.members.find((one) => one.user === user);
  return {
    id: room.id,
    head: room.version,
    lastMessageAt: null,
    lastRead: room.version,
    unread: 0,
    mentions: 0,
    ...roomOf(room, member?.seesFrom ?? 1),
  };
}

/** What a conversation says of itself as a room, to who sees it from a number on. */
const roomOf = (room: Room, seesFrom: number): Pick<Conversation, "room" | "seesFrom"> => ({
  room: shownRoom(room),
  ...(seesFrom > 1 ? { seesFrom } : {}),
});

/** The conversations of somebody with what they are as rooms; without those rooms that they are in no more. */
export const withRooms = (
  conversations: readonly Conversation[],
  rooms: Pick<RoomDirectory, "find">,
  user: number,
): Conversation[] =>
  conversations.flatMap((conversation) => {
    if (!isRoomId(conversation.id)) return [conversation];
    const room = rooms.find(conversation.id);
    const member = room?.members.find((one) => one.user === user);
    return room && member ? [{ ...conversation, ...roomOf(room, member.seesFrom) }] : [];
  });
