import type { People } from "../accounts/directory.ts";
import { groupTopic, type Topic, userTopic } from "../broker/topics.ts";
import { type ConversationId, directPair, groupId } from "../protocol/conversation-id.ts";
import { Refusal } from "../refusal.ts";
import type { System } from "../system.ts";

/** What a conversation is. Every kind of conversation gives its own answers. */
export interface Conversation {
  /** The ids of the people in it; null where everybody is who has an account. */
  readonly members: readonly number[] | null;
  /** Whether moderators look after it, and may delete what others wrote there. */
  readonly isModerated: boolean;
  /** What its events are published to. */
  topics(): Topic[];
  /** What it is called, as this member sees it. */
  titleFor(user: number): string;
  /** Null for who is not in it. */
  membershipOf(user: number): Membership | null;
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

/** Takes the directory of people, by whose names private conversations are addressed. */
export function memberships(
  people: Pick<People, "nameOf" | "mutedUntil" | "active">,
  system: Pick<System, "now">,
) {
  const group: Conversation = {
    members: null,
    isModerated: true,
    topics: () => [groupTopic],
    titleFor: () => "Group chat",
    membershipOf: () => everything,
  };

  /** Its events go to the topics of both people, so that all devices of both agree. A deleted account has no topic. */
  const direct = (pair: readonly [number, number]): Conversation => ({
    members: pair,
    isModerated: false,
    topics: () => pair.map(people.nameOf).flatMap((name) => (name === null ? [] : [userTopic(name)])),
    titleFor: (user) => people.nameOf(pair[0] === user ? pair[1] : pair[0]) ?? deletedUser,
    membershipOf: (user) => (pair.includes(user) ? everything : null),
  });

  function find(conversation: ConversationId): Conversation | null {
    if (conversation === groupId) return group;
    const pair = directPair(conversation);
    return pair && direct(pair);
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

  return {
    of,
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
    /** Refuses whoever may not write there: as `requireMember` does, and as `muted`. */
    requireWriter(user: number, conversation: ConversationId): void {
      requireMember(user, conversation);
      const until = silentUntil(user);
      if (until !== null) throw new Refusal("muted", { retryAfter: until - system.now() });
    },
    /** Until when somebody may write nowhere, in UTC milliseconds; null for who is not muted. */
    silentUntil,
    /** What the sockets of this user subscribe to. */
    topicsFor: (userName: string): Topic[] => [groupTopic, userTopic(userName)],
  };
}
