import { describe, expect } from "bun:test";
import { connect } from "@nats-io/transport-node";
import { natsSignals } from "../../../../server/cluster/nats-signals.ts";
import { system } from "../../../../server/system.ts";
import { withProgram } from "../../../support/companions.ts";
import { type Nats, startNats } from "../../../support/nats.ts";
import { type Carrier, carrierSuite } from "./carrier.ts";
import { Listener, presence } from "./listener.ts";

const secret = new Uint8Array(32).fill(1);
const cluster = "test";
const register = (name: string, work: () => Promise<void>, timeout?: number) =>
  withProgram("nats-server", name, work, timeout);

describe("over NATS", () => {
  carrierSuite(onNats, 600_000, register);

  register("a server that is not there yet keeps nobody waiting, and is found when it comes", async () => {
    const first = await startNats();
    await first.crash();
    const bugs: unknown[] = [];
    const [a, b] = ["a", "b"].map((name) => nodeAt(first.url, name, { report: (error) => bugs.push(error) }));
    const listeners = await Promise.all([new Listener().to(a!), new Listener().to(b!)]);
    expect(listeners.map(({ began }) => began)).toEqual([0, 0]);
    for (let rev = 1; rev <= 20_000; rev++) a!.send(presence(rev));
    const server = await startNats(first.port);
    await Promise.all(listeners.map((at) => at.until(() => at.began === 1)));
    a!.send(presence(20_001));
    await listeners[1]!.reaches(20_001);
    // Of what could not be sent, only so much has been kept.
    expect(listeners[1]!.revs.length).toBeLessThanOrEqual(10_001);
    expect(listeners[1]!.signals[0]).toEqual({ kind: "look" });
    // One of connecting for each, and one of sending.
    expect(bugs).toHaveLength(3);
    await Promise.all([a!.close(), b!.close()]);
    await server.crash();
  });

  register("a user and a password, or a token, are taken from the address", async () => {
    const ways = [
      { flags: ["--user", "chat", "--pass", "p@ss/ü"], login: `chat:${encodeURIComponent("p@ss/ü")}` },
      { flags: ["--auth", "a token"], login: encodeURIComponent("a token") },
    ];
    for (const { flags, login } of ways) {
      const server = await startNats(0, flags);
      const node = nodeAt(server.url.replace("//", `//${login}@`), "a");
      expect((await new Listener().to(node)).began).toBe(1);
      await node.close();
      await server.crash();
    }
  });

  register("what is forged, altered, repeated or meant for another cluster is not believed", async () => {
    const server = await startNats();
    const bugs: unknown[] = [];
    const a = nodeAt(server.url, "a");
    const b = nodeAt(server.url, "b", { report: (error) => bugs.push(error) });
    const foreign = nodeAt(server.url, "a", { secret: new Uint8Array(32).fill(2) });
    const elsewhere = nodeAt(server.url, "a", { cluster: "other" });
    const atB = await new Listener().to(b);
    for (const node of [a, foreign, elsewhere]) await new Listener().to(node);
    const stranger = await eavesdropper(server);

    a.send(presence(1));
    await atB.reaches(1);
    elsewhere.send(presence(666));
    const [genuine, moved] = await stranger.heard(2);
    expect(Buffer.from(genuine!).includes("presence")).toBe(false);
    const altered = Uint8Array.from(genuine!);
    altered[altered.length - 20]! ^= 1;
    const text = `{"from":"a","run":"${"0".repeat(32)}","number":0,"signals":[{"kind":"look"}]}`;
    await stranger.say([genuine!, altered, moved!, Buffer.from(text), new Uint8Array(0)]);
    foreign.send(presence(666));
    await stranger.heard(8);

    a.send(presence(2));
    await atB.reaches(2);
    expect(atB.signals).toEqual([presence(1), presence(2)]);
    expect(b.counts.refused).toBe(6);
    expect(String(bugs)).toContain("does not open");
    expect(bugs).toHaveLength(1);
    await Promise.all([a, b, foreign, elsewhere].map((node) => node.close()));
    await stranger.leave();
    await server.crash();
  });
});

type More = Partial<Parameters<typeof natsSignals>[0]>;
const nodeAt = (url: string, node: string, more: More = {}) =>
  natsSignals({ url, cluster, secret, node, epoch: () => "e".repeat(32), system, report: () => {}, ...more });

/** Someone else who may use the same NATS: hears all that is sent, and says whatever they like. */
async function eavesdropper({ url }: Nats) {
  const connection = await connect({ servers: url.replace("nats://", "") });
  const frames: Uint8Array[] = [];
  let tell = () => {};
  connection.subscribe("secure-chat.*", {
    callback(_, { data }) {
      frames.push(data);
      tell();
    },
  });
  await connection.flush();
  return {
    async heard(count: number) {
      while (frames.length < count)
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      return frames;
    },
    async say(all: Uint8Array[]) {
      for (const each of all) connection.publish(`secure-chat.${cluster}`, each);
      await connection.flush();
    },
    leave: () => connection.close(),
  };
}

async function onNats(): Promise<Carrier> {
  let server = await startNats();
  const { url, port } = server;
  return {
    node: (node, report) => nodeAt(url, node, report && { report }),
    crash: () => server.crash(),
    async comesBack() {
      server = await startNats(port);
    },
    freeze: async () => server.kill("SIGSTOP"),
    thaw: () => server.kill("SIGCONT"),
    end: () => server.crash(),
  };
}
