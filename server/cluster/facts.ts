import type { People } from "../accounts/people.ts";
import type { Broker } from "../broker/broker.ts";
import { groupTopic, userTopic } from "../broker/topics.ts";
import type { Notice } from "../db/postgres/notices.ts";
import { closeCodes } from "../protocol/close-codes.ts";
import type { House } from "../protocol/house.ts";
import type { Connections } from "../realtime/connections.ts";
import type { Spending } from "./spending.ts";

export interface FactsDeps {
  people: People;
  connections: Connections;
  spending: Spending;
  /** Publishes to this node's own sockets. */
  broker: Broker;
  house: { take(house: House): void };
}

/** Gives the function that makes true here what another node has made true; the same notice again changes nothing. */
export function facts({ people, connections, spending, broker, house }: FactsDeps): (notice: Notice) => void {
  const idOf = (session: string) => Buffer.from(session, "base64url");
  return (notice) => {
    switch (notice.kind) {
      case "person.registered": {
        if (people.knows(notice.person.id)) return;
        people.add(notice.person);
        return broker.publish(groupTopic, [{ type: "person.registered", person: notice.person }]);
      }
      case "person.deleted": {
        connections.closeUser(notice.id, closeCodes.accountDeleted);
        if (people.nameOf(notice.id) === null) return people.forget(notice.id);
        people.forget(notice.id);
        return broker.publish(groupTopic, [{ type: "person.deleted", id: notice.id }]);
      }
      case "person.changed": {
        const { person, standing, mutedUntil } = notice;
        const { id, name } = person;
        // What was deleted since stays deleted.
        if (name === null || people.nameOf(id) === null) return;
        const isOther =
          people.roleOf(id) !== (person.role ?? "member") || people.isBarred(id) !== (standing !== "active");
        if (isOther) {
          people.change(person);
          broker.publish(groupTopic, [{ type: "person.changed", person }]);
        }
        if (people.mutedUntil(id) !== mutedUntil) {
          people.mute(id, mutedUntil);
          broker.publish(userTopic(name), [{ type: "me.muted", until: mutedUntil }]);
        }
        if (standing !== "active") connections.closeUser(id, closeCodes.accountBarred);
        return;
      }
      case "factors.changed":
        return connections.learn(notice.userId, notice);
      case "house.changed":
        return house.take(notice.house);
      case "told": {
        const name = people.nameOf(notice.userId);
        if (name !== null) broker.publish(userTopic(name), [notice.event]);
        return;
      }
      case "session.replaced":
        return connections.closeSession(
          { id: idOf(notice.session), userId: notice.userId },
          closeCodes.restarting,
        );
      case "session.ended":
        return connections.closeSession(
          { id: idOf(notice.session), userId: notice.userId },
          closeCodes.signedOut,
        );
      case "sessions.ended": {
        const { userId, by } = notice;
        if (by !== null) connections.closeSession({ id: idOf(by), userId }, closeCodes.restarting);
        // By their ids: whoever signed in since, on another node, may be here already.
        for (const session of notice.sessions)
          connections.closeSession({ id: idOf(session), userId }, closeCodes.signedOut);
        return;
      }
      case "read.marked":
        for (const { userId, conversation, seq, unread } of notice.states) {
          const name = people.nameOf(userId);
          if (name !== null)
            broker.publish(userTopic(name), [{ type: "read.marked", conversation, seq, unread }]);
        }
        return;
      case "spent":
        return spending.charge(notice.spent);
    }
  };
}

/**
 * Whether a node needs not hear of its own notice. Where the answer of the database was lost, what was asked for may be done
 * and not be true here; of what is only added up or shown, that is no matter.
 */
export const isDoneHere = ({ kind }: Notice): boolean =>
  kind === "spent" || kind === "read.marked" || kind === "told";
