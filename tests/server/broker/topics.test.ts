import { expect, test } from "bun:test";
import { frameOf, localBroker } from "../../../server/broker/broker.ts";
import { groupTopic, topicsOf, userTopic } from "../../../server/broker/topics.ts";

const nameOf = (id: number) => ({ 1: "alice", 2: "bob" })[id] ?? null;

test("a conversation's events go to the group, or to the two people it belongs to, and to nobody else", () => {
  expect(topicsOf("group", nameOf)).toEqual([groupTopic]);
  expect(topicsOf("direct:1:2", nameOf)).toEqual([userTopic("alice"), userTopic("bob")]);
  expect(topicsOf("direct:1:3", nameOf)).toEqual([userTopic("alice")]);
  expect(topicsOf("direct:8:9", nameOf)).toEqual([]);
  expect(topicsOf("nonsense", nameOf)).toEqual([]);
});

test("a user named like the group has another topic", () => {
  expect(userTopic("group")).not.toBe(groupTopic as string);
});

test("each publish is one frame, an array of events in order", () => {
  const frames: [string, string][] = [];
  const broker = localBroker((topic, frame) => void frames.push([topic, frame]));
  broker.publish(groupTopic, [
    { type: "person.deleted", id: 4 },
    { type: "person.deleted", id: 5 },
  ]);
  expect(frames).toEqual([["group", '[{"type":"person.deleted","id":4},{"type":"person.deleted","id":5}]']]);
  expect(frameOf([])).toBe("[]");
});
