import type { ChatEvent } from "../protocol/events.ts";
import type { Topic } from "./topics.ts";

/** Carries events to whoever is subscribed to a topic, in the order of the calls, one frame a call. */
export interface Broker {
  publish(topic: Topic, events: readonly ChatEvent[]): void;
}

/** What the server says is always an array of events, also when it is one. */
export const frameOf = (events: readonly ChatEvent[]): string => JSON.stringify(events);

/** A broker on the native publish of one server; `publish` is `server.publish`. */
export const localBroker = (publish: (topic: Topic, frame: string) => void): Broker => ({
  publish: (topic, events) => publish(topic, frameOf(events)),
});
