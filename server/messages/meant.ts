import type { People } from "../accounts/directory.ts";
import type { ConversationId } from "../protocol/conversation-id.ts";
import { callsEveryone, callsOnline, mentionsIn } from "../protocol/mentions.ts";
import type { MentionCause, MessageState } from "../protocol/message-body.ts";
import { may } from "../protocol/roles.ts";
import type { Draft, Meant } from "../store/messages.ts";
import type { Memberships } from "./memberships.ts";

export interface MeantDeps {
  people: Pick<People, "all" | "nameOf" | "roleOf">;
  memberships: Pick<Memberships, "of">;
  online(): number[];
}

/** In conversations of so many people anybody may call everybody. */
const freeToCall = 20;

/**
 * Finds whom a message means: people by name, everybody or who is online, and who wrote what it replies to. Only who can read
 * the conversation is ever meant, and never its author. `@everyone` and `@here` are plain text to who may not call so many.
 */
export function meantBy({ people, memberships, online }: MeantDeps) {
  return (
    conversation: ConversationId,
    author: number,
    text: string,
    repliedTo: number | null,
  ): Pick<Draft, "mentions"> & { meant: Meant[] } => {
    const { membershipOf } = memberships.of(conversation);
    const others = () =>
      people
        .all()
        .filter(({ id, name, barred }) => name !== null && !barred && id !== author && membershipOf(id));
    const causes = new Map<number, MentionCause>();
    const mean = (cause: MentionCause, ids: readonly number[]) => {
      for (const id of ids) if (!causes.has(id)) causes.set(id, cause);
    };
    const mentions: NonNullable<MessageState["mentions"]> = {};
    if (text.includes("@")) {
      const readers = new Map(others().map(({ id, name }) => [name!.toLowerCase(), id]));
      const all = new Set([callsEveryone, callsOnline]);
      const called = new Set(
        mentionsIn(text, (name) => readers.has(name) || all.has(name)).map(({ name }) => name.toLowerCase()),
      );
      const named = [...called].flatMap((name) => readers.get(name) ?? []);
      if (named.length > 0) mentions.people = named;
      mean("name", named);
      const mayCall = readers.size < freeToCall || may(people.roleOf(author), "message.mention everyone");
      if (mayCall && called.has(callsEveryone)) {
        mentions.everyone = true;
        mean("everyone", [...readers.values()]);
      } else if (mayCall && called.has(callsOnline)) {
        mentions.here = true;
        const here = new Set(online());
        mean(
          "here",
          [...readers.values()].filter((id) => here.has(id)),
        );
      }
    }
    if (repliedTo !== null && repliedTo !== author && membershipOf(repliedTo)) {
      mentions.reply = repliedTo;
      mean("reply", [repliedTo]);
    }
    const meant = [...causes].map(([user, cause]) => ({ user, cause }));
    return { ...(Object.keys(mentions).length > 0 ? { mentions } : {}), meant };
  };
}
