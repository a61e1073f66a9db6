import type { Broker } from "../broker/broker.ts";
import { type Topic, topicsOf } from "../broker/topics.ts";
import type { ChatEvent, Message } from "../protocol/events.ts";

/** Takes messages that were just stored or changed, in the order of their numbers, to whoever may hear them. */
export type Deliver = (messages: readonly Message[]) => void;

/** Publishes messages as one frame per topic. `nameOf` gives a user's name, or null for who has none any more. */
export function delivery(broker: Broker, nameOf: (user: number) => string | null): Deliver {
  return (messages) => {
    const frames = new Map<Topic, ChatEvent[]>();
    for (const message of messages) {
      for (const topic of topicsOf(message.conversation, nameOf)) {
        const events = frames.get(topic) ?? [];
        events.push({ type: message.rev === message.seq ? "message.sent" : "message.changed", message });
        frames.set(topic, events);
      }
    }
    for (const [topic, events] of frames) broker.publish(topic, events);
  };
}
