import { groupId } from "../../server/protocol/conversation-id.ts";
import type { Conversation } from "./conversation.svelte.ts";

export interface Section {
  title: string;
  conversations: Conversation[];
}

type Kind = "rooms" | "direct" | "archived";

function kindOf({ id, room }: Pick<Conversation, "id" | "room">): Kind {
  if (room?.archivedAt !== undefined) return "archived";
  return id === groupId || (room && room.access !== "people") ? "rooms" : "direct";
}

/** The conversations as a list shows them, each part in the order given. Parts without any are left out. */
export function sectionsOf(all: readonly Conversation[]): Section[] {
  const of = (kind: Kind) => all.filter((conversation) => kindOf(conversation) === kind);
  return [
    { title: "Rooms", conversations: of("rooms") },
    { title: "Direct messages", conversations: of("direct") },
    { title: "Archived", conversations: of("archived") },
  ].filter(({ conversations }) => conversations.length > 0);
}

/** The conversation before or after one in the list, round and round; of those with something unread, if so wished. */
export function neighbour(
  all: readonly Conversation[],
  current: string | null,
  step: 1 | -1,
  unread: boolean,
): Conversation | null {
  const list = sectionsOf(all).flatMap(({ conversations }) => conversations);
  const at = list.findIndex(({ id }) => id === current);
  const from = at === -1 && step === -1 ? 0 : at;
  for (let moved = 1; moved <= list.length; moved += 1) {
    const next = list[(from + step * moved + list.length * 2) % list.length]!;
    if (next.id !== current && (!unread || next.reading.unread > 0)) return next;
  }
  return null;
}
