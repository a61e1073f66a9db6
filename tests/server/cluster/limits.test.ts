import { describe, expect, test } from "bun:test";
import { carriers, finds, nodeStage, startNode, type TestNode } from "../../support/nodes.ts";
import { Person, type Socket } from "../../support/person.ts";
import { freshDatabase } from "../../support/postgres.ts";
import { post } from "../../support/raw.ts";

/** Within which what was spent on one node counts on the others. */
const boundMs = 2_000;

describe.each(carriers)("rate limits hold across nodes, %s:", (_, spoil) => {
  const { one, two } = nodeStage({ spoil, env: { MESSAGE_BURST: "10", MESSAGES_PER_MINUTE: "1" } });

  /** Spends all of it on the first node, and returns once the second has heard so. */
  async function spendAll(bound: string, try_: () => Promise<boolean>) {
    let heard = 0;
    const hears = finds(two, ({ events }) => {
      for (const { event } of events)
        if (event.kind === "spent")
          for (const [name, , tokens] of event.spent) if (name === bound) heard += tokens;
      return heard >= 10;
    });
    const start = performance.now();
    let tries = 0;
    while (await try_()) tries++;
    expect(tries).toBe(10);
    await hears;
    expect(performance.now() - start).toBeLessThan(boundMs);
  }

  test("messages", async () => {
    const alice = await new Person(one, "alice").register();
    const [here, there] = [await alice.enter(), await alice.at(two).enter()];
    await spendAll("messages", () => says(here));
    expect(await says(there)).toBe(false);
  });

  /** Whether a message was taken; otherwise it was refused as too fast. */
  async function says(socket: Socket): Promise<boolean> {
    const clientId = crypto.randomUUID();
    const ref = socket.send("message.send", { conversation: "group", clientId, body: { text: "more" } });
    const refusal = () => socket.events.find((event) => event.type === "error" && event.ref === ref);
    const stored = () =>
      socket.events.some((event) => event.type === "message.sent" && event.message.clientId === clientId);
    await socket.until(() => stored() || refusal() !== undefined);
    if (refusal()) expect(refusal()).toMatchObject({ code: "rate_limited" });
    return refusal() === undefined;
  }

  test("messages, also while a node is told to look all the time", async () => {
    const carol = await new Person(one, "carol").register();
    const [here, there] = [await carol.enter(), await carol.at(two).enter()];
    const { poll } = one.shared.registry;
    one.shared.registry.poll = async (since) => {
      two.shared.signals.send({ kind: "look" });
      return poll(since);
    };
    await spendAll("messages", () => says(here));
    one.shared.registry.poll = poll;
    expect(await says(there)).toBe(false);
  });

  test("ASVS 6.3.1 wrong passwords", async () => {
    await new Person(one, "bob").register();
    const from = "203.0.113.9";
    const guess = (node: TestNode) =>
      post(node, "/api/session", { name: "bob", password: "wrong wrong" }, { from });
    await spendAll("guesses by address and account", async () => (await guess(one)).status === 401);
    expect((await guess(two)).status).toBe(429);
  });
});

test("limits that were set hold on a node that joins later, and follow every change of them", async () => {
  const url = await freshDatabase();
  const set = { messageBurst: 3, messagesPerMinute: 6, messageBytes: 40 };
  const first = await startNode({ url, settings: set });
  const later = await startNode({ url });
  try {
    const alice = await new Person(first, "alice").register();
    const bob = await new Person(first, "bob").register();
    const [a, b] = [await alice.at(later).enter(), await bob.at(later).enter()];
    const send = (socket: Socket, text: string) =>
      socket.ask(
        "message.send",
        { conversation: "group", clientId: crypto.randomUUID(), body: { text } },
        "error",
      );
    expect(await send(a, "x".repeat(41))).toMatchObject({ code: "message_too_large" });
    for (let said = 0; said < 3; said++) await a.say("taken");
    const refusal = await send(a, "one too many");
    expect(refusal.code).toBe("rate_limited");
    expect(refusal.retryAfter).toBeGreaterThan(5_000);

    const changed = finds(later, ({ events }) =>
      events.some(({ event }) => event.kind === "settings.changed"),
    );
    const settings = (await first.store.settings.read())!;
    await first.store.settings.write({ ...settings, messageBurst: 5, messageBytes: 50 });
    await changed;
    expect(await send(b, "x".repeat(51))).toMatchObject({ code: "message_too_large" });
    for (let said = 0; said < 5; said++) await b.say("x".repeat(50));
    expect(await send(b, "one too many")).toMatchObject({ code: "rate_limited" });
  } finally {
    await later.stop();
    await first.stop();
  }
  expect([...first.bugs, ...later.bugs]).toEqual([]);
});
