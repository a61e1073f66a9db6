import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { SQL } from "bun";
import { type Postgres, startPostgres } from "../../../../scripts/postgres.ts";
import type { Signal } from "../../../../server/cluster/signal.ts";
import { frameText } from "../../../../server/cluster/signal-frame.ts";
import { openSignals, type Signals } from "../../../../server/cluster/signals.ts";
import { directId, groupId } from "../../../../server/protocol/conversation-id.ts";
import { system } from "../../../../server/system.ts";
import { temporaryFolder } from "../../../support/folder.ts";
import { freshDatabase } from "../../../support/postgres.ts";
import { grown, Listener, presence, said } from "./listener.ts";

const secret = new Uint8Array(32).fill(5);
const poll: Signal = { kind: "look" };

type More = Partial<Parameters<typeof openSignals>[0]>;
const signalsOn = (url: string, node: string, more: More = {}) =>
  openSignals({ url, node, secret, epoch: () => "e".repeat(32), system, report: () => {}, ...more });

describe("between three nodes", () => {
  let nodes: [Signals, Signals, Signals];
  let listeners: [Listener, Listener, Listener];
  beforeAll(async () => {
    const url = await freshDatabase();
    nodes = [signalsOn(url, "a"), signalsOn(url, "b"), signalsOn(url, "c")];
    listeners = [new Listener(), new Listener(), new Listener()];
    await Promise.all(listeners.map((listener, at) => listener.to(nodes[at]!)));
    expect(listeners.map(({ began }) => began)).toEqual([1, 1, 1]);
  });
  afterAll(() => Promise.all(nodes.map((node) => node.close())));

  test("20,000 signals reach both others once and in order, and not the one that sent them", async () => {
    const [a, b] = nodes;
    const [atA, atB, atC] = listeners;
    const conversations = Array.from({ length: 50 }, (_, at) => directId(1, at + 2));
    const perTurn = 100;
    for (let sent = 0; sent < 20_000; sent++) {
      if (sent % 10 === 9) a.send(presence((sent + 1) / 10));
      else a.send(grown(conversations[sent % 50]!, Math.floor(sent / 50) + 1, [`number ${sent}`]));
      if (sent % perTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    b.send(presence(77));
    await Promise.all([atB.reaches(2000), atA.reaches(77), atC.until(() => atC.revs.includes(77))]);
    await atC.until(() => atC.revs.includes(2000));

    for (const listener of [atB, atC]) {
      const fromA = listener.heard.filter(({ from }) => from === "a").map(({ signal }) => signal);
      conversations.forEach((conversation, at) => {
        const numbers = at % 10 === 9 ? [] : Array.from({ length: 400 }, (_, number) => number);
        const texts = numbers.map((number): [number, string] => [number + 1, `number ${number * 50 + at}`]);
        expect(said(fromA, conversation)).toEqual(texts);
      });
      const revs = fromA.flatMap((signal) => (signal.kind === "presence" ? [signal.rev] : []));
      expect(revs).toEqual(Array.from({ length: 2000 }, (_, at) => at + 1));
      expect(fromA.some(({ kind }) => kind === "look")).toBe(false);
    }
    expect(atA.heard).toEqual([{ signal: presence(77), from: "b" }]);
    expect(a.counts).toEqual({ lost: 0, refused: 0 });
  });

  test("any text arrives as it was; what is too large is left out of the hint", async () => {
    const tooLarge = "x".repeat(8000);
    const texts = ['"\\{},NULL\n\t\u0000', "🙂 \ud800", tooLarge, "ü".repeat(2500), "$1 %s '; --"];
    nodes[0].send(grown(groupId, 1, texts));
    nodes[0].send(presence(3000));
    await listeners[1].reaches(3000);
    const expected = texts.map((text, at) => [at + 1, text === tooLarge ? null : text]);
    expect(said(listeners[1].signals, groupId)).toEqual(expected as [number, string | null][]);
  });
});

describe("what PostgreSQL goes through", () => {
  const folder = temporaryFolder();
  const settings = { folder: join(folder, "postgres"), options: { fsync: "off" } };
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres(settings);
  });
  afterAll(async () => {
    await server.stop();
  });

  /** Ends it at once, as a crash does. */
  async function crash() {
    server.kill("SIGKILL");
    await server.exited;
  }
  async function comesBack() {
    server = await startPostgres({ ...settings, port: server.port });
  }
  /** From here on it answers nothing, and no connection to it ends; what it gives lets it go on. */
  async function freeze() {
    const sql = new SQL({ url: server.url, max: 1 });
    const rows: { pid: number }[] =
      await sql`SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;
    await sql.close();
    const all = [server.pid, ...rows.map(({ pid }) => pid)];
    const tell = (signal: NodeJS.Signals) => {
      for (const pid of all) process.kill(pid, signal);
    };
    tell("SIGSTOP");
    return () => tell("SIGCONT");
  }

  /** Nodes that listen, and what they report; `losing` settles when one of them cannot send. */
  async function open(count: number) {
    const losing = Promise.withResolvers<void>();
    const reports: string[] = [];
    const report = (error: unknown) => {
      reports.push(String(error));
      if (String(error).includes("cannot be sent")) losing.resolve();
    };
    const nodes = Array.from({ length: count }, (_, at) => signalsOn(server.url, `node-${at}`, { report }));
    const listeners = await Promise.all(nodes.map((node) => new Listener().to(node)));
    const close = () => Promise.all(nodes.map((node) => node.close()));
    return { nodes, listeners, reports, losing: losing.promise, close };
  }

  test("a crash: listening begins again, what is lost is counted, and all are told to look", async () => {
    const { nodes, listeners, losing, close } = await open(3);
    const [a, b] = nodes as [Signals, Signals];
    const [atA, atB, atC] = listeners as [Listener, Listener, Listener];
    a.send(presence(1));
    await Promise.all([atB, atC].map((at) => at.reaches(1)));
    await crash();
    for (let rev = 2; rev <= 50; rev++) a.send(presence(rev));
    await losing;
    await comesBack();
    await Promise.all(listeners.map((at) => at.until(() => at.began >= 2)));
    await getsThrough(a, [atB, atC], 51);
    await getsThrough(b, [atA, atC], 1001);
    expect(atB.signals).toContainEqual(poll);
    expect(atB.signals[0]).toEqual(presence(1));
    expect(a.counts.lost).toBeGreaterThan(0);
    expect(a.counts.refused).toBe(0);
    await close();
  });

  test("a standstill: it holds nobody up, signals flow again after a restart, and closing ends", async () => {
    const { nodes, listeners, close } = await open(3);
    const [a, b, c] = nodes as [Signals, Signals, Signals];
    const [atA, atB] = listeners as [Listener, Listener];
    const thaw = await freeze();
    a.send(presence(1));
    for (const node of [a, b]) node.restart();
    const start = performance.now();
    await c.close();
    expect(performance.now() - start).toBeLessThan(5000);
    thaw();
    for (const node of [a, b]) node.restart();
    await Promise.all([atA, atB].map((at) => at.until(() => at.began >= 2)));
    await getsThrough(a, [atB], 2);
    await close();
  });

  test("a start that comes later: it keeps nobody waiting, and is found", async () => {
    await crash();
    const { nodes, listeners, reports, close } = await open(2);
    expect(listeners.map(({ began }) => began)).toEqual([0, 0]);
    const [a] = nodes as [Signals];
    const [, atB] = listeners as [Listener, Listener];
    for (let rev = 1; rev <= 20_000; rev++) a.send(presence(rev));
    await comesBack();
    await Promise.all(listeners.map((at) => at.until(() => at.began === 1)));
    await getsThrough(a, [atB], 20_001);
    // Of what could not be sent, only so much has been kept.
    expect(atB.revs.length).toBeLessThanOrEqual(10_001);
    expect(atB.signals[0]).toEqual(poll);
    // One of listening for each, and one of sending.
    expect(reports).toHaveLength(3);
    await close();
  });
});

test("no other role of the database hears anything in clear, and nothing it says, alters or repeats is believed", async () => {
  const url = await freshDatabase();
  const [a, b] = [signalsOn(url, "a"), signalsOn(url, "b")];
  const foreign = signalsOn(url, "a", { secret: new Uint8Array(32).fill(6) });
  const atB = await new Listener().to(b);
  const stranger = new SQL({ url, max: 1 });
  const overheard: string[] = [];
  const genuine = Promise.withResolvers<string>();
  const subscription = await stranger.listen("secure_chat", (payload) => {
    overheard.push(payload);
    genuine.resolve(payload);
  });

  a.send(grown(groupId, 1, ["my secret is 4711"]));
  const sealed = Buffer.from(await genuine.promise, "base64");
  const altered = Buffer.from(sealed);
  altered[altered.length - 20]! ^= 1;
  const forgedSignals = JSON.stringify([grown(groupId, 1, ["forged"])]);
  const forged = frameText("c", "c".repeat(32), "e".repeat(32), 0, forgedSignals);
  const said = [
    forged,
    Buffer.from(forged).toString("base64"),
    "",
    "%",
    sealed.toString("base64"),
    altered.toString("base64"),
  ];
  for (const payload of said) await stranger.notify("secure_chat", payload);
  foreign.send(presence(666));
  await foreign.close();
  a.send(presence(2));
  await atB.reaches(2);
  expect(atB.signals).toEqual([grown(groupId, 1, ["my secret is 4711"]), presence(2)]);
  expect(b.counts.refused).toBe(said.length + 1);
  const readable = overheard.map((each) => each + Buffer.from(each, "base64").toString("latin1")).join();
  expect(readable).not.toContain("4711");
  await subscription.unlisten();
  await Promise.all([a.close(), b.close(), stranger.close()]);
});

/**
 * Sends until all of these have heard: what is sent right after an interruption may still be lost, which a look tells, and
 * then another goes. The numbers begin with this one.
 */
async function getsThrough(sender: Signals, listeners: Listener[], first: number): Promise<void> {
  const looks = ({ signals }: Listener) => signals.filter(({ kind }) => kind === "look").length;
  for (let rev = first; ; rev++) {
    const all = listeners.map((at) => ({ at, before: looks(at) }));
    sender.send(presence(rev));
    await Promise.all(
      all.map(({ at, before }) => at.until(() => at.revs.includes(rev) || looks(at) > before)),
    );
    if (listeners.every((at) => at.revs.includes(rev))) return;
  }
}
