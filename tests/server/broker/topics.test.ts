import { expect, test } from "bun:test";
import { frameOf, localBroker } from "../../../server/broker/broker.ts";
import { groupTopic, userTopic } from "../../../server/broker/topics.ts";

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
