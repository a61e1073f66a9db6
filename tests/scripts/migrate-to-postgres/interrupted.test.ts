import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../../../scripts/postgres.ts";
import { openStorage } from "../../../server/storage.ts";
import { system } from "../../../server/system.ts";
import { dropDatabase, emptyDatabase } from "../../support/postgres.ts";
import { Folder, fillGroup, rowsOf } from "./ground.ts";
import { hold, type places } from "./hold.ts";

const folder = new Folder();
await folder.fill((store) => fillGroup(store, 12_000));
const wanted = await rowsOf(folder);
afterAll(() => folder.remove());

const cleaners: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleaners.splice(0).reverse()) await clean();
});

async function newDatabase(): Promise<string> {
  const url = await emptyDatabase();
  cleaners.push(() => dropDatabase(url));
  return url;
}

/** Whether a node would start on the database. */
async function isOpen(url: string): Promise<boolean> {
  const config = { dataDir: "", postgres: { url, connections: 2 } };
  try {
    const storage = await openStorage(config, system, (error) => expect(error).toBeNull());
    await storage.close();
    return true;
  } catch (error) {
    expect((error as Error).message).toContain("has not finished");
    return false;
  }
}

async function goesOn(url: string, from: string) {
  const again = folder.migrate(url);
  expect([await again.ends(), again.printed]).toEqual([0, expect.stringContaining("going on with a copy")]);
  expect(again.printed).toContain(`${from} of 12,000 messages\n`);
  expect(await rowsOf(url)).toEqual(wanted);
  expect(await isOpen(url)).toBe(true);
}

const done: Record<keyof typeof places, string> = {
  "the first account is stored": "  0%  0",
  "a message in the middle is stored": " 41%  5,000",
  "all is copied, and nothing compared yet": "100%  12,000",
  "all is compared": "100%  12,000",
};

describe("a copy that was killed goes on from where it was, with nothing twice and nothing missing", () => {
  for (const [place, from] of Object.entries(done) as [keyof typeof places, string][]) {
    test(`while ${place}`, async () => {
      const url = await newDatabase();
      const held = await hold(url, place);
      const program = folder.migrate(url);
      await held.reached();
      program.process.kill("SIGKILL");
      await program.ends();
      expect(await isOpen(url)).toBe(false);
      await held.release();
      await goesOn(url, from);
    });
  }
});

test("Ctrl-C says that the same command goes on", async () => {
  const url = await newDatabase();
  const held = await hold(url, "a message in the middle is stored");
  const program = folder.migrate(url);
  await held.reached();
  program.process.kill("SIGINT");
  expect(await program.ends()).toBe(130);
  expect(program.printed).toContain("Interrupted. Run this again");
  await held.release();
  await goesOn(url, "5,000");
});

test("PostgreSQL that dies in the middle is told in a sentence, and the copy goes on when it is back", async () => {
  const home = mkdtempSync(join(tmpdir(), "secure-chat-postgres-"));
  chmodSync(home, 0o711);
  cleaners.push(() => rmSync(home, { recursive: true }));
  const place = { folder: join(home, "data") };
  const server = await startPostgres(place);
  const held = await hold(server.url, "a message in the middle is stored");
  const program = folder.migrate(server.url);
  await held.reached();
  server.kill("SIGKILL");
  expect(await program.ends()).toBe(1);
  expect(program.printed).toMatch(/does not answer at 127.0.0.1.*\nRun this again: it goes on/);
  expect(program.printed).not.toContain("    at ");

  const back = await startPostgres({ ...place, port: server.port });
  cleaners.push(() => back.stop());
  await goesOn(back.url, "5,000");
});
