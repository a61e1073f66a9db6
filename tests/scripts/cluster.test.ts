import { beforeEach, describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { clusterOptions } from "../../scripts/cluster/options.ts";
import { freePort } from "../../scripts/cluster/ports.ts";
import { startCluster } from "../../scripts/cluster/start.ts";
import { parseConfig } from "../../server/config/environment.ts";
import { withProgram } from "../support/companions.ts";
import { temporaryFolder } from "../support/folder.ts";
import { outcomeOf } from "../support/outcome.ts";
import { Person } from "../support/person.ts";
import { dropDatabase, emptyDatabase } from "../support/postgres.ts";
import { Program } from "../support/program.ts";
import { setUpBeforehand } from "../support/server-settings.ts";

let top: string;
beforeEach(() => {
  top = temporaryFolder();
});

const pidOf = async (program: Program, name: string, how = "") =>
  Number((await program.says(new RegExp(`^  ${name} .*${how}pid (\\d+)`, "m")))[1]);

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What a person does who tries it out. */
async function tryOut(parts: string[]) {
  const port = await freePort();
  const program = Program.script("cluster.ts", [], {
    PORT: String(port),
    DATA_DIR: top,
    DRAIN_SECONDS: "1",
  });
  const pids: number[] = [];
  try {
    await program.says(/Press Ctrl-C to stop/);
    expect(program.printed).toContain(`https://localhost:${port}\n`);
    for (const name of parts) pids.push(await pidOf(program, name));

    const server = { origin: `https://localhost:${port}` };
    const alice = await new Person(server, "alice").setUp(program.printed);
    const bob = await new Person(server, "bob").register();
    const heard = await bob.enter();
    await (await alice.enter()).say("before");
    await heard.event("message.sent", ({ message }) => message.body?.text === "before");

    const [, , victim] = pids;
    process.kill(victim!, "SIGKILL");
    await program.says(/node1 +has ended \(SIGKILL\), starts again in a second/);
    const again = await pidOf(program, "node1", "is back, ");
    expect(pids).not.toContain(again);
    pids.push(again);
    // One that is told to go is missed by nobody, while it goes, while it is away and when it comes back.
    const isBack = pidOf(program, "node2", "is back, ");
    process.kill(await pidOf(program, "node2"), "SIGTERM");
    const answers = new Map<number, number>();
    let away = true;
    void isBack.finally(() => {
      away = false;
    });
    while (away) {
      const { status } = await alice.fetch("GET", "/api/account");
      answers.set(status, (answers.get(status) ?? 0) + 1);
      // Asking all the time would keep the node from starting.
      await Bun.sleep(20);
    }
    pids.push(await isBack);
    expect([...answers.keys()]).toEqual([200]);

    const back = await bob.enter();
    await (await alice.enter()).say("after");
    await back.event("message.sent", ({ message }) => message.body?.text === "after");

    program.process.kill("SIGINT");
    program.process.kill("SIGINT");
    expect(await program.ends()).toBe(0);
    expect(pids.filter(lives)).toEqual([]);
    expect(program.printed).not.toContain('"event":"bug"');
  } finally {
    await program.stop();
  }
}

describe("bun run cluster", () => {
  withProgram(
    "haproxy",
    "bun run cluster: one address for three nodes; one that dies comes back; Ctrl-C leaves nothing behind",
    () => tryOut(["PostgreSQL", "Balancer", "node1", "node2", "node3"]),
    60_000,
  );

  test("without a balancer every node is an address of its own", async () => {
    const config = parseConfig({ DATA_DIR: top, HOST: "127.0.0.1", DRAIN_SECONDS: "1" });
    const url = await emptyDatabase();
    await setUpBeforehand({ DATABASE_URL: url });
    const cluster = await startCluster({
      config: { ...config, postgres: { url, connections: 8 } },
      machine: { hostname: "localhost", interfaces: {} },
      nodes: 2,
      balancer: null,
    });
    try {
      const [first, second] = cluster.nodes.map(({ port }) => ({ origin: `https://localhost:${port}` }));
      const heard = await (await new Person(first!, "alice").register()).enter();
      const bob = await (await new Person(second!, "bob").register()).enter();
      await bob.say("hello");
      await heard.event("message.sent", ({ message }) => message.body?.text === "hello");
    } finally {
      await cluster.stop();
      await dropDatabase(url);
    }
  }, 30_000);

  test("when a node does not start, it says why and leaves nothing behind", async () => {
    const url = await emptyDatabase();
    const config = parseConfig({ DATA_DIR: top, HOST: "192.0.2.254" });
    const starting = startCluster({
      config: { ...config, postgres: { url, connections: 8 } },
      machine: { hostname: "localhost", interfaces: {} },
      nodes: 2,
      balancer: null,
    });
    expect(await outcomeOf(starting)).toThrow(/node1 did not start:[\s\S]*(in use|EADDRNOTAVAIL|listen)/i);
    await dropDatabase(url);
  }, 30_000);

  test("says of a taken port what it is and how to choose another", async () => {
    const taken = createServer().listen(0);
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as { port: number };
    const program = Program.script("cluster.ts", [], { PORT: String(port), DATA_DIR: top });
    expect(await program.ends()).toBe(1);
    expect(program.printed).toMatch(new RegExp(`Port ${port} is taken .* PORT=\\d+ bun run cluster`));
    taken.close();
  });
});

describe("its options", () => {
  test("are few", () => {
    const usual = { nodes: 3, balancer: null, help: false };
    expect(clusterOptions([])).toEqual(usual);
    expect(clusterOptions(["--nodes=9"])).toEqual({ ...usual, nodes: 9 });
    expect(clusterOptions(["--balancer", "caddy", "--help"])).toEqual({
      ...usual,
      balancer: "caddy",
      help: true,
    });
  });

  for (const args of [
    ["--nodes", "0"],
    ["--nodes", "10"],
    ["--nodes"],
    ["--balancer", "nginx"],
    ["--balancer"],
    ["x"],
  ])
    test(`refuse ${args.join(" ")}`, () =>
      expect(() => clusterOptions(args)).toThrow("bun run cluster --nodes 5"));
});
