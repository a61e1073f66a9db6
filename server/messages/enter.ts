import { groupId } from "../protocol/conversation-id.ts";
import { protocolVersion } from "../protocol/limits.ts";
import { toPerson } from "../protocol/person.ts";
import type { CommandDeps, Handle } from "./command.ts";
import { withRooms } from "./rooms.ts";

/** Answers with everything that a client needs to show the chat. */
export function enter(deps: CommandDeps): Handle<"chat.enter"> {
  const { store, readMarks, people, rooms, system } = deps;
  return async ({ ref, people: tag }, user) => {
    await readMarks.flush();
    const conversations = await store.conversations.of(user);
    const group = conversations.find(({ id }) => id === groupId);
    const [openReports, alerts, preferences] = await Promise.all([
      deps.openReports(user),
      store.alerts.unseen(user),
      store.preferences.of(user),
    ]);
    await deps.freshen(user);
    if (group) deps.entered(group.head);
    // Read last, with no waiting in between: what changes from here on comes as an event after the answer.
    const peopleTag = people.tag();
    const mutedUntil = deps.memberships.silentUntil(user);
    return {
      type: "chat.entered",
      ref,
      version: protocolVersion,
      now: system.now(),
      epoch: store.epoch,
      me: toPerson({ id: user, name: people.nameOf(user) ?? "", role: people.roleOf(user) }),
      ...(mutedUntil === null ? {} : { mutedUntil }),
      ...(openReports === null ? {} : { openReports }),
      messageBytes: deps.messageBytes(),
      ...(alerts.length === 0 ? {} : { alerts }),
      preferences,
      peopleTag,
      ...(tag === peopleTag ? {} : { people: people.all() }),
      // Somebody who was just barred may still count as online for the grace period.
      online: deps.online().filter((id) => !people.isBarred(id)),
      conversations: withRooms(conversations, rooms, user),
    };
  };
}
