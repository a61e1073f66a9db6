import { afterAll, beforeAll, describe, expect } from "bun:test";
import type { Browser } from "playwright-core";
import { balancerEnv, balancers } from "../../scripts/cluster/balancer.ts";
import { findProgram } from "../../scripts/find-program.ts";
import { launch } from "../support/browser.ts";
import { withProgram } from "../support/companions.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Program } from "../support/program.ts";
import { checkCommand, echo, Front, newAuthority, writeFiles } from "./front.ts";
import type { Authority } from "./stand-in.ts";

let ours: Authority;
let browser: Browser;
// The first browser on a machine reads itself from the disk and makes lists of fonts: that is not what a test waits for.
beforeAll(async () => {
  [ours, browser] = await Promise.all([newAuthority(), launch()]);
}, 90_000);
afterAll(() => browser.close());

/** How many of so many requests each node answers. */
async function shares(front: Front, count: number): Promise<Record<string, number>> {
  const got: Record<string, number> = {};
  for (let at = 0; at < count; at++) {
    const { node } = await front.whoAnswers();
    got[node] = (got[node] ?? 0) + 1;
  }
  return got;
}

for (const balancer of balancers) {
  describe(balancer, () => {
    // One for all that leave it as it was.
    const path = findProgram(balancer);
    let front: Front;
    beforeAll(async () => {
      if (path) front = await Front.start(balancer, path, [ours, ours, ours]);
    });
    afterAll(() => front?.stop());
    const inFront = (name: string, work: () => Promise<void>) =>
      withProgram(balancer, `${balancer}: ${name}`, work);

    withProgram(
      balancer,
      `${balancer} understands its configuration, with the nodes of compose.yaml`,
      async (path) => {
        const folder = temporaryFolder();
        await writeFiles(folder, ours);
        const nodes = Array.from({ length: 9 }, (_, at) => `node${at + 1}:5000`);
        const env = balancerEnv({ host: "::", port: 5000, files: folder, nodes });
        const check = new Program(checkCommand(balancer, path!), env);
        expect(await check.ends(), check.printed).toBe(0);
      },
    );

    inFront("sockets pass, to all nodes alike", async () => {
      // One after the other: who is asked depends on who has how many already.
      const sockets: Awaited<ReturnType<typeof front.socket>>[] = [];
      while (sockets.length < 9) sockets.push(await front.socket());
      const answers = await Promise.all(sockets.map((socket) => echo(socket, "hello")));
      for (const socket of sockets) socket.close();
      expect(answers.toSorted()).toEqual(
        ["node1", "node2", "node3"].flatMap((node) => Array<string>(3).fill(`${node}: hello`)),
      );
    });

    inFront("every node gets its share", async () => {
      const got = await shares(front, 60);
      expect(Object.keys(got).toSorted()).toEqual(["node1", "node2", "node3"]);
      expect(Math.min(...Object.values(got))).toBeGreaterThanOrEqual(5);
    });

    inFront("ASVS 4.1.3 what a client says of its address stays outside", async () => {
      const lies = {
        "X-Forwarded-For": "203.0.113.1",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Port": "1",
        "X-Real-IP": "203.0.113.1",
        Forwarded: "for=203.0.113.1",
      };
      const { headers } = await front.whoAnswers({ headers: { ...lies, Cookie: "a=b" } });
      expect(headers["x-forwarded-for"]).toBe("127.0.0.1");
      expect(headers.host).toBe(new URL(front.origin).host);
      expect(headers.cookie).toBe("a=b");
      expect(JSON.stringify(headers)).not.toMatch(/203\.0\.113|evil|"http"|"1"|"forwarded"|real-ip/);
    });

    inFront("headers as large as a node takes pass", async () => {
      const large = "x".repeat(15_900);
      const { headers } = await front.whoAnswers({ headers: { "X-Large": large } });
      expect(headers["x-large"]).toBe(large);
    });

    inFront("a page over HTTP/2 and its socket work in Chromium", async () => {
      const page = await browser.newPage();
      await page.goto(front.origin);
      const heard = await page.evaluate(async () => {
        const [visit] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
        const socket = new WebSocket(`${location.origin.replace("https", "wss")}/api/socket`);
        const answer = await new Promise((resolve) => {
          socket.onopen = () => socket.send("hello");
          socket.onmessage = ({ data }) => resolve(data);
          socket.onclose = ({ code }) => resolve(code);
        });
        return { protocol: visit?.nextHopProtocol, answer };
      });
      await page.context().close();
      expect(heard).toEqual({ protocol: "h2", answer: expect.stringMatching(/^node\d: hello$/) });
    });

    inFront("a node that dies or is not well gets nothing new within 3 s, and nobody notices", async () => {
      const [first, second, third] = front.nodes;
      second!.healthy = false;
      await third!.kill();
      const seen: { node: string; at: number }[] = [];
      const began = performance.now();
      while (performance.now() - began < 4000) {
        const { node } = await front.whoAnswers();
        seen.push({ node, at: performance.now() - began });
        await Bun.sleep(20);
      }
      const late = new Set(seen.filter(({ at }) => at > 3000).map(({ node }) => node));
      expect([...late]).toEqual([first!.name]);

      second!.healthy = true;
      third!.comeBack();
      const back = new Set<string>();
      while (back.size < 3 && performance.now() - began < 20_000) back.add((await front.whoAnswers()).node);
      expect([...back].toSorted()).toEqual(["node1", "node2", "node3"]);
    });

    // The node that is asked is gone afterwards.
    inFront("a request that changes something is never sent twice when its answer breaks off", async () => {
      const before = front.nodes.map(({ asked }) => asked);
      const answer = await front.ask("/break", { method: "POST", body: "once" });
      expect(answer.status).toBe(502);
      const times = front.nodes.map(({ asked }, at) => asked - before[at]!);
      expect(times.toSorted()).toEqual([0, 0, 1]);
    });

    withProgram(
      balancer,
      `${balancer}: ASVS 12.3.2 a node of another authority gets nothing`,
      async (path) => {
        const foreign = await newAuthority();
        const front = await Front.start(balancer, path!, [ours, foreign], ours);
        try {
          expect(await shares(front, 20)).toEqual({ node1: 20 });
          expect(front.nodes[1]!.asked).toBe(0);
        } finally {
          await front.stop();
        }
      },
    );
  });
}

withProgram("haproxy", "haproxy: a reload closes no socket and refuses nobody", async (path) => {
  const front = await Front.start("haproxy", path!, [ours, ours]);
  try {
    const socket = await front.socket();
    await echo(socket, "before");
    const failed: unknown[] = [];
    let asking = true;
    const asks = (async () => {
      while (asking) await front.whoAnswers().catch((error) => failed.push(error));
    })();
    // The first process loses a signal that comes while it is still settling after its own start.
    const reload = setInterval(() => front.program.process.kill("SIGUSR2"), 500);
    await front.program.says(/Loading success[\s\S]*Loading success/).finally(() => clearInterval(reload));
    expect(await echo(socket, "after")).toMatch(/: after$/);
    asking = false;
    await asks;
    expect(failed).toEqual([]);
    socket.close();
  } finally {
    await front.stop();
  }
});
