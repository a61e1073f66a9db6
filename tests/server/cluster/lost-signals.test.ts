import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Signal } from "../../../server/cluster/signal.ts";
import { Follower } from "../../support/follower.ts";
import { finds, nodeStage } from "../../support/nodes.ts";
import { Person } from "../../support/person.ts";

/** What happens to the signals of these nodes; set by each test. */
let through: (signal: Signal, send: (signal: Signal) => void) => void = (signal, send) => send(signal);
const { nodes, alice, bob } = nodeStage({
  env: { MESSAGE_BURST: "1000" },
  spoil(shared) {
    const { send } = shared.signals;
    shared.signals.send = (signal) => through(signal, send);
  },
  people: ["alice", "bob"],
});

async function talk(count = 30) {
  const [a, b] = [await alice.at(nodes[0]!).enter(), await bob.at(nodes[1]!).enter()];
  const follower = await new Follower().follow(b);
  const heads = [];
  for (let at = 0; at < count; at++) heads.push((await a.say(`message ${at}`)).seq);
  return { follower, head: Math.max(...heads), a, b };
}

test("with every signal lost, messages come a little later, and none is missing", async () => {
  through = () => {};
  const { follower, head } = await talk();
  const start = performance.now();
  await follower.reaches(head);
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(follower.counted.holes).toBe(0);
});

test("a private message of which no signal came is found too, by who has not heard of the conversation", async () => {
  through = () => {};
  const [a, b] = [await alice.at(nodes[0]!).enter(), await bob.at(nodes[1]!).enter()];
  const message = await a.say("nobody told you", "direct:1:2");
  const start = performance.now();
  expect((await b.event("message.sent")).message).toEqual(message);
  expect(performance.now() - start).toBeLessThan(2_000);
});

test("where every other signal is lost, the node reads what is missing and leaves no hole", async () => {
  let count = 0;
  through = (signal, send) => (count++ % 2 === 0 ? send(signal) : undefined);
  const { follower, head } = await talk();
  await follower.reaches(head);
  expect(follower.counted.holes).toBe(0);
});

test("signals that say less than they could, twice, or in the wrong order change nothing", async () => {
  const held: Signal[] = [];
  through = (signal, send) => {
    if (signal.kind !== "grown") return send(signal);
    held.push({ ...signal, messages: held.length % 3 === 0 ? undefined : signal.messages });
    if (held.length < 5) return;
    for (const each of held.splice(0).reverse()) {
      send(each);
      send(each);
    }
  };
  const { follower, head } = await talk();
  await follower.reaches(head);
  expect(follower.counted.holes).toBe(0);
  expect(follower.contradictions).toEqual([]);
});

test("who registered a moment ago is known on every node they come to, and what is said to them reaches them", async () => {
  through = (signal, send) => (signal.kind === "look" ? undefined : send(signal));
  const a = await alice.at(nodes[0]!).enter();
  const dora = await new Person(nodes[0]!, "dora").register();
  const d = await dora.at(nodes[1]!).enter();
  expect(d.entered.me).toEqual({ id: 3, name: "dora" });
  await a.say("welcome", "direct:1:3");
  expect((await d.event("message.sent")).message.body.text).toBe("welcome");
});

describe("where looking finds no conversation that has grown", () => {
  let mend: () => void;
  beforeEach(() => {
    const { registry } = nodes[1]!.shared;
    const { poll } = registry;
    registry.poll = async (since) => ({ ...(await poll(since)), grown: [] });
    mend = () => {
      registry.poll = poll;
    };
  });
  afterEach(() => mend());

  test("signals alone bring everything", async () => {
    through = (signal, send) => send(signal);
    const { follower, head } = await talk();
    await follower.reaches(head);
  });

  test("and no signal comes, a client waits for ever: each of the tests above can fail", async () => {
    through = () => {};
    const { follower, head, b } = await talk(3);
    let reached = false;
    void follower.reaches(head).then(() => {
      reached = true;
    });
    for (let looks = 0; looks < 3; looks++) await finds(nodes[1]!, () => true);
    await b.ask("ping", {}, "pong");
    expect(reached).toBe(false);
  });
});
