import type { People } from "../accounts/directory.ts";
import { groupTopic, type Topic, userTopic } from "../broker/topics.ts";
import { type ConversationId, directPair, groupId, isRoomId } from "../protocol/conversation-id.ts";
import { may } from "../protocol/roles.ts";
import { Refusal } from "../refusal.ts";
import type { Room } from "../store/rooms.ts";
import type { System } from "../system.ts";
import type { RoomDirectory } from "./rooms.ts";

/** What a conversation is. Every kind of conversation gives its own answers. */
export interface Conversation {
  /** The ids of the people in it; null where everybody is who has an account. */
  readonly members: readonly number[] | null;
  /** Whether moderators look after it, and may delete what others wrote there. */
  readonly isModerated: boolean;
  /** What its events are published to; of what only some members see, what those alone hear: a change of a message of this number. */
  topics(seq?: number): Topic[];
  /** What it is called, as this member sees it. */
  titleFor(user: number): string;
  /** Null for who is not in it. */
  membershipOf(user: number): Membership | null;
  /** Why this member may not write in it; null where they may. */
  closedTo(user: number): "archived" | "read_only" | null;
}

/** How a member sees a conversation. */
export interface Membership {
  /** The first number that they see; 1 where they see everything. */
  readonly seesFrom: number;
}

/** What is shown in place of the name of a deleted account. */
export const deletedUser = "Deleted user";

const everything: Membership = { seesFrom: 1 };

/**
 * The one place that knows who belongs to a conversation, and what follows from it. It answers from memory, for topics
 * and for reading. Whether a message is stored, the store decides by the rows of the members.
 */
export type Memberships = ReturnType<typeof memberships>;

/** Takes the directories of people, by whose names private conversations are addressed, and of rooms. */
export function memberships(
  people: Pick<People, "nameOf" | "roleOf" | "mutedUntil" | "active">,
  rooms: Pick<RoomDirectory, "find" | "of">,
  system: Pick<System, "now">,
) {
  const group: Conversation = {
    members: null,
    isModerated: true,
    topics: () => [groupTopic],
    titleFor: () => "Group chat",
    membershipOf: () => everything,
    closedTo: () => null,
  };

  /** Its events go to the topics of both people, so that all devices of both agree. A deleted account has no topic. */
  const direct = (pair: readonly [number, number]): Conversation => ({
    members: pair,
    isModerated: false,
    topics: () => pair.map(people.nameOf).flatMap((name) => (name === null ? [] : [userTopic(name)])),
    titleFor: (user) => people.nameOf(pair[0] === user ? pair[1] : pair[0]) ?? deletedUser,
    membershipOf: (user) => (pair.includes(user) ? everything : null),
    closedTo: () => null,
  });

  /** Its events go to its own topic; what came before some of its people goes to the topics of the others. */
  function room({ id, name, access, writers, archivedAt, members }: Room): Conversation {
    const find = (user: number) => members.find((member) => member.user === user) ?? null;
    const namesOf = (ids: readonly number[]) => ids.map((user) => people.nameOf(user) ?? deletedUser);
    return {
      members: members.map(({ user }) => user),
      isModerated: access !== "people",
      topics(seq = Number.MAX_SAFE_INTEGER) {
        const seeing = members.filter(({ seesFrom }) => seesFrom <= seq);
        if (seeing.length === members.length) return [id];
        return seeing.flatMap(({ user }) => {
          const known = people.nameOf(user);
          return known === null ? [] : [userTopic(known)];
        });
      },
      titleFor: (reader) =>
        name ?? namesOf(members.map(({ user }) => user).filter((user) => user !== reader)).join(", "),
      membershipOf: find,
      closedTo(user) {
        if (archivedAt !== null) return "archived";
        const looksAfter = find(user)?.isOwner || may(people.roleOf(user), "room.manage");
        return writers === "owners" && !looksAfter ? "read_only" : null;
      },
    };
  }

  function find(conversation: ConversationId): Conversation | null {
    if (conversation === groupId) return group;
    const pair = directPair(conversation);
    if (pair) return direct(pair);
    const found = isRoomId(conversation) ? rooms.find(conversation) : null;
    return found && room(found);
  }

  function of(conversation: ConversationId): Conversation {
    const found = find(conversation);
    if (found) return found;
    throw new Refusal("unknown_conversation");
  }

  function requireMember(user: number, conversation: ConversationId): Membership {
    const membership = of(conversation).membershipOf(user);
    if (membership) return membership;
    throw new Refusal("unknown_conversation");
  }

  function silentUntil(user: number): number | null {
    const until = people.mutedUntil(user);
    return until !== null && until > system.now() ? until : null;
  }

  function requireVoice(user: number): void {
    const until = silentUntil(user);
    if (until !== null) throw new Refusal("muted", { retryAfter: until - system.now() });
  }

  return {
    of,
    /** The same; null where it is not known. */
    find,
    /** The ids of the people in a conversation, where there are at most so many; null where there are more, or it is unknown. */
    atMost(most: number, conversation: ConversationId): readonly number[] | null {
      const members = find(conversation)?.members;
      const ids = members === null ? people.active() : members;
      return ids !== undefined && ids.length <= most ? ids : null;
    },
    /**
     * Gives how a member sees the conversation. Refuses anybody else as `unknown_conversation`: whether it exists is not told,
     * so nobody learns who talks with whom.
     */
    requireMember,
    /** Refuses whoever may not write there: as `requireMember` does, as `archived` and `read_only`, and as `requireVoice` does. */
    requireWriter(user: number, conversation: ConversationId): void {
      requireMember(user, conversation);
      const reason = of(conversation).closedTo(user);
      if (reason !== null) throw new Refusal(reason);
      requireVoice(user);
    },
    /** Refuses whoever may not react there: as `requireWriter` does, but for who only reads there. */
    requireReaction(user: number, conversation: ConversationId): void {
      requireMember(user, conversation);
      if (of(conversation).closedTo(user) === "archived") throw new Refusal("archived");
      requireVoice(user);
    },
    /** Refuses whoever may write nowhere, as `muted`: nothing they make is shown to others. */
    requireVoice,
    /** Until when somebody may write nowhere, in UTC milliseconds; null for who is not muted. */
    silentUntil,
    /** What the sockets of this user subscribe to. */
    topicsFor: (user: number, userName: string): Topic[] => [
      groupTopic,
      userTopic(userName),
      ...rooms.of(user),
    ],
  };
}
