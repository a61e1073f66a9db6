import type { Broker } from "../broker/broker.ts";
import type { Topic } from "../broker/topics.ts";
import type { ConversationId } from "../protocol/conversation-id.ts";
import type { ChatEvent, Message } from "../protocol/events.ts";
import type { Memberships } from "./memberships.ts";

/** Delivers messages that were just stored or changed, in the order of their numbers, to the members of their conversations. */
export type Deliver = (messages: readonly Message[]) => void;

/** Publishes messages as one frame per topic. */
export function delivery(broker: Broker, memberships: Memberships): Deliver {
  return (messages) => {
    const frames = new Map<Topic, ChatEvent[]>();
    for (const message of messages) {
      for (const topic of memberships.of(message.conversation).topics(message.seq)) {
        const events = frames.get(topic) ?? [];
        events.push({ type: message.rev === message.seq ? "message.sent" : "message.changed", message });
        frames.set(topic, events);
      }
    }
    for (const [topic, events] of frames) broker.publish(topic, events);
  };
}

/** Somebody writes in a conversation, or writes no more. */
export interface Typing {
  conversation: ConversationId;
  person: number;
  isTyping: boolean;
}

/** Publishes to this node's own sockets that somebody writes. */
export const typingDelivery =
  (broker: Broker, memberships: Memberships) =>
  ({ conversation, person, isTyping }: Typing): void => {
    const type = isTyping ? "typing.began" : "typing.ended";
    // Another node may know of a room before this one does.
    for (const topic of memberships.find(conversation)?.topics() ?? [])
      broker.publish(topic, [{ type, conversation, person }]);
  };
