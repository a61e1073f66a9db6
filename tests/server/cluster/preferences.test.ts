import { afterAll, beforeAll, expect, test } from "bun:test";
import { startNodes, type TestNode } from "../../support/nodes.ts";
import { Person } from "../../support/person.ts";

let nodes: TestNode[];
beforeAll(async () => {
  nodes = await startNodes(2);
});
afterAll(async () => {
  for (const node of nodes) await node.stop();
  expect(nodes.flatMap(({ bugs }) => bugs)).toEqual([]);
});

test("a preference that is chosen on one node is heard of on the others", async () => {
  const desk = await new Person(nodes[0]!, "anna").register();
  const phone = await new Person(nodes[1]!, "anna").logIn();
  const sockets = await Promise.all([desk.enter(), phone.enter()]);
  expect((await desk.fetch("PATCH", "/api/account/preferences", { theme: "dark" })).status).toBe(204);
  for (const socket of sockets)
    expect((await socket.event("preferences.changed")).preferences).toMatchObject({ theme: "dark" });
});
