import { expect } from "bun:test";
import { freePort } from "../../scripts/cluster/ports.ts";
import { withProgram } from "../support/companions.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freshDatabase } from "../support/postgres.ts";
import { Program } from "../support/program.ts";
import { setUpBeforehand } from "../support/server-settings.ts";
import { inBrowser } from "../support/stage.ts";
import type { Visitor } from "../support/visitor.ts";

const visit = inBrowser();

/** Keeps every word that a banner ever showed, however short. */
function noteBanners(visitor: Visitor) {
  return visitor.page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { bannersSeen: seen });
    new MutationObserver(() => {
      for (const banner of document.querySelectorAll(".banner")) seen.push(banner.textContent ?? "");
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}
const bannersOf = (visitor: Visitor) =>
  visitor.page.evaluate(() => (window as unknown as { bannersSeen: string[] }).bannersSeen);

withProgram(
  "haproxy",
  "all nodes are restarted one after the other while people talk, and nobody sees it",
  async () => {
    const dataDir = temporaryFolder();
    const port = String(await freePort());
    const env = { DATA_DIR: dataDir, DATABASE_URL: await freshDatabase(), PORT: port, HOST: "127.0.0.1" };
    await setUpBeforehand(env);
    const cluster = Program.script("cluster.ts", ["--nodes", "2", "--balancer", "haproxy"], env);
    try {
      await cluster.says(/Ctrl-C/);
      const chat = { origin: `https://localhost:${port}` };
      const alice = await (await visit(chat, "alice")).register();
      const bob = await (await visit(chat, "bob")).register();
      // One node tells another of those who come by itself, not in order with what they say.
      await alice.sees("bob has joined the chat");
      await Promise.all([noteBanners(alice), noteBanners(bob)]);

      const said: string[] = [];
      let resting = false;
      const talking = (async () => {
        while (!resting) {
          const [speaker, listener] = said.length % 2 === 0 ? [alice, bob] : [bob, alice];
          said.push(`message ${said.length + 1}`);
          await speaker.say(said.at(-1)!);
          await listener.sees(said.at(-1)!);
        }
      })();
      /** Waits for what the cluster says, and no longer than people can talk. */
      const says = (pattern: RegExp) => {
        const said = cluster.says(pattern);
        return Promise.race([said, talking.then(() => said)]);
      };
      for (const node of ["node1", "node2"]) {
        const [, pid] = await says(new RegExp(`${node} +pid (\\d+)`));
        process.kill(Number(pid), "SIGTERM");
        await says(new RegExp(`${node} +is back`));
        await says(new RegExp(`${node} is UP`));
      }
      resting = true;
      await talking;

      for (const visitor of [alice, bob]) {
        const lines = (await visitor.log.innerText()).split("\n");
        // A page keeps the latest messages; those before were seen one by one.
        const shown = lines.filter((line) => said.includes(line));
        expect(shown.length).toBeGreaterThan(20);
        expect(shown).toEqual(said.slice(-shown.length));
        expect(await bannersOf(visitor)).toEqual([]);
        // That bob came was told before they talked.
        const since = lines.slice(lines.findIndex((line) => said.includes(line)));
        expect(since.filter((line) => /has (joined|left)/.test(line))).toEqual([]);
      }
    } finally {
      await cluster.stop();
    }
  },
);
