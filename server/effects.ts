import type { People } from "./accounts/directory.ts";
import type { LiveSettings } from "./accounts/settings.ts";
import type { Broker } from "./broker/broker.ts";
import { groupTopic, userTopic } from "./broker/topics.ts";
import type { Spending } from "./limits/spending.ts";
import type { Memberships } from "./messages/memberships.ts";
import { seenBy, seenEvents } from "./messages/readers.ts";
import { newConversation, type RoomDirectory, shownRoom } from "./messages/rooms.ts";
import { type CloseCode, closeCodes } from "./protocol/close-codes.ts";
import type { ChatEvent } from "./protocol/events.ts";
import type { Connections } from "./realtime/connections.ts";
import { Refusal } from "./refusal.ts";
import type { ClusterEvent } from "./store/cluster-event.ts";

export interface EffectsDeps {
  people: People;
  rooms: RoomDirectory;
  memberships: Memberships;
  connections: Connections;
  spending: Spending;
  /** Publishes to this node's own sockets. */
  broker: Broker;
  settings: Pick<LiveSettings, "take" | "reload">;
  report(error: unknown): void;
}

/**
 * Gives the function that makes true in memory, on topics and on sockets what a commit has made true in the database, be it
 * one of this node or of another. The same event again changes nothing. One that fails is reported, and undoes no commit.
 */
export function effects(deps: EffectsDeps): (event: ClusterEvent) => void {
  const { people, rooms, memberships, connections, spending, broker, settings, report } = deps;
  const idOf = (session: string) => Buffer.from(session, "base64url");

  function toUser(id: number, ...events: ChatEvent[]) {
    const name = people.nameOf(id);
    if (name !== null) broker.publish(userTopic(name), events);
  }

  /** At the end of the turn: why they have to go is published before. */
  function close(userId: number, sessions: readonly string[], code: CloseCode) {
    if (sessions.length === 0) return;
    setImmediate(() => {
      for (const session of sessions) connections.closeSession({ id: idOf(session), userId }, code);
    });
  }

  function apply(event: ClusterEvent) {
    switch (event.kind) {
      case "person.registered": {
        if (people.knows(event.person.id)) return;
        people.add(event.person);
        return broker.publish(groupTopic, [{ type: "person.registered", person: event.person }]);
      }
      case "person.deleted": {
        connections.closeUser(event.id, closeCodes.accountDeleted);
        if (people.nameOf(event.id) === null) return people.forget(event.id);
        people.forget(event.id);
        return broker.publish(groupTopic, [{ type: "person.deleted", id: event.id }]);
      }
      case "person.changed": {
        const { person, status, mutedUntil } = event;
        const { id, name } = person;
        // What was deleted since stays deleted.
        if (name === null || people.nameOf(id) === null) return;
        const isOther =
          people.roleOf(id) !== (person.role ?? "member") || people.isBarred(id) !== (status !== "active");
        if (isOther) {
          people.change(person);
          broker.publish(groupTopic, [{ type: "person.changed", person }]);
        }
        if (people.mutedUntil(id) !== mutedUntil) {
          people.mute(id, mutedUntil);
          toUser(id, { type: "me.muted", until: mutedUntil });
        }
        if (status !== "active") connections.closeUser(id, closeCodes.accountBarred);
        return;
      }
      case "factors.changed":
        return connections.learn(event.userId, event);
      case "settings.changed":
        settings.take(event.settings);
        // Of two changes on two nodes, the one heard of last need not be the last: what is stored is read, too.
        return void settings.reload().catch((error) => error instanceof Refusal || report(error));
      case "user.notified":
        if (event.event.type === "preferences.changed")
          people.showRead(event.userId, event.event.preferences.showRead);
        return toUser(event.userId, event.event);
      case "session.replaced":
        return connections.closeSession(
          { id: idOf(event.session), userId: event.userId },
          closeCodes.restarting,
        );
      case "session.ended":
        return close(event.userId, [event.session], closeCodes.signedOut);
      case "sessions.ended": {
        const { userId, by, sessions } = event;
        if (by !== null) close(userId, [by], closeCodes.restarting);
        // By their ids: whoever signed in since, on another node, may be here already.
        return close(userId, sessions, closeCodes.signedOut);
      }
      case "room.changed": {
        const { room } = event;
        const moved = rooms.put(room);
        if (moved === null) return;
        for (const user of moved.left) {
          connections.follow(user, room.id, false);
          toUser(user, { type: "conversation.left", id: room.id });
        }
        for (const user of moved.joined) {
          connections.follow(user, room.id, true);
          toUser(user, { type: "conversation.joined", conversation: newConversation(room, user) });
        }
        return broker.publish(room.id, [{ type: "room.changed", id: room.id, room: shownRoom(room) }]);
      }
      case "read.marked":
        for (const [id, states] of Map.groupBy(event.states, ({ userId }) => userId))
          toUser(id, ...states.map(({ userId, ...state }) => ({ type: "read.marked" as const, ...state })));
        for (const [id, events] of seenEvents(event.states, seenBy(memberships, people)))
          toUser(id, ...events);
        return;
      case "spent":
        return spending.charge(event.spent);
    }
  }

  return (event) => {
    try {
      apply(event);
    } catch (error) {
      report(error);
    }
  };
}

/**
 * Whether a node that reads its own event needs not apply it. Where the answer of the database was lost, what was asked for may
 * be done and not be true here; of what is only added up or shown, that is no matter.
 */
export const isAppliedHere = ({ kind }: ClusterEvent): boolean =>
  kind === "spent" || kind === "read.marked" || kind === "user.notified";
