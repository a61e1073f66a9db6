import type { People } from "./accounts/directory.ts";
import type { Broker } from "./broker/broker.ts";
import { groupTopic, userTopic } from "./broker/topics.ts";
import type { Spending } from "./limits/spending.ts";
import { closeCodes } from "./protocol/close-codes.ts";
import type { ServerSettings } from "./protocol/settings.ts";
import type { Connections } from "./realtime/connections.ts";
import type { ClusterEvent } from "./store/cluster-event.ts";

export interface EffectsDeps {
  people: People;
  connections: Connections;
  spending: Spending;
  /** Publishes to this node's own sockets. */
  broker: Broker;
  settings: { take(settings: ServerSettings): void };
}

/** Gives the function that makes true here what another node has made true; the same notice again changes nothing. */
export function effects({
  people,
  connections,
  spending,
  broker,
  settings,
}: EffectsDeps): (event: ClusterEvent) => void {
  const idOf = (session: string) => Buffer.from(session, "base64url");
  return (event) => {
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
          broker.publish(userTopic(name), [{ type: "me.muted", until: mutedUntil }]);
        }
        if (status !== "active") connections.closeUser(id, closeCodes.accountBarred);
        return;
      }
      case "factors.changed":
        return connections.learn(event.userId, event);
      case "settings.changed":
        return settings.take(event.settings);
      case "told": {
        const name = people.nameOf(event.userId);
        if (name !== null) broker.publish(userTopic(name), [event.event]);
        return;
      }
      case "session.replaced":
        return connections.closeSession(
          { id: idOf(event.session), userId: event.userId },
          closeCodes.restarting,
        );
      case "session.ended":
        return connections.closeSession(
          { id: idOf(event.session), userId: event.userId },
          closeCodes.signedOut,
        );
      case "sessions.ended": {
        const { userId, by } = event;
        if (by !== null) connections.closeSession({ id: idOf(by), userId }, closeCodes.restarting);
        // By their ids: whoever signed in since, on another node, may be here already.
        for (const session of event.sessions)
          connections.closeSession({ id: idOf(session), userId }, closeCodes.signedOut);
        return;
      }
      case "read.marked":
        for (const { userId, conversation, seq, unread } of event.states) {
          const name = people.nameOf(userId);
          if (name !== null)
            broker.publish(userTopic(name), [{ type: "read.marked", conversation, seq, unread }]);
        }
        return;
      case "spent":
        return spending.charge(event.spent);
    }
  };
}

/**
 * Whether a node needs not hear of its own notice. Where the answer of the database was lost, what was asked for may be done
 * and not be true here; of what is only added up or shown, that is no matter.
 */
export const isAppliedHere = ({ kind }: ClusterEvent): boolean =>
  kind === "spent" || kind === "read.marked" || kind === "told";
