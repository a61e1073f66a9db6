import { afterEach, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "../../../scripts/postgres.ts";
import { openStorage } from "../../../server/storage.ts";
import { system } from "../../../server/system.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { dropDatabase, emptyDatabase } from "../../support/postgres.ts";
import { Folder, fillGroup, rowsOf } from "./ground.ts";
import { hold, type places } from "./hold.ts";

const folder = new Folder();
await folder.fill((store) => fillGroup(store, 12_000));
const wanted = await rowsOf(folder);

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

/** Lets a copy run, or go on, to this place; gives it where it waits there. */
async function copyTo(url: string, place: keyof typeof places) {
  const held = await hold(url, place);
  const program = folder.migrate(url);
  await held.reached();
  return { program, release: held.release };
}

/** What a copy says that goes on where this much was copied. */
const goingOn = (from: string) => new RegExp(`going on with a copy[\\s\\S]*${from} of 12,000 messages\n`);

async function endsWell(url: string, from: string) {
  const again = folder.migrate(url);
  expect([await again.ends(), again.printed]).toEqual([0, expect.stringMatching(goingOn(from))]);
  expect(await rowsOf(url)).toEqual(wanted);
  expect(await isOpen(url)).toBe(true);
}

/** Where the copy is interrupted each time, how, and from where the next goes on. */
const interruptions: [place: keyof typeof places, signal: "SIGKILL" | "SIGINT", from: string][] = [
  ["the first account is stored", "SIGKILL", "  0%  0"],
  ["a message in the middle is stored", "SIGKILL", " 41%  5,000"],
  ["a message in the middle is stored", "SIGINT", " 41%  5,000"],
  ["all is copied, and nothing compared yet", "SIGKILL", "100%  12,000"],
  ["all is compared", "SIGKILL", "100%  12,000"],
];

test("a copy that is killed, or told to stop, again and again, goes on from where it was, with nothing twice and nothing missing", async () => {
  const url = await newDatabase();
  let before: string | null = null;
  for (const [place, signal, from] of interruptions) {
    const { program, release } = await copyTo(url, place);
    program.process.kill(signal);
    const code = await program.ends();
    if (signal === "SIGINT") {
      expect(code).toBe(130);
      expect(program.printed).toContain("Interrupted. Run this again");
    }
    if (before !== null) expect(program.printed).toMatch(goingOn(before));
    expect(await isOpen(url)).toBe(false);
    await release();
    before = from;
  }
  await endsWell(url, before!);
}, 60_000);

test("PostgreSQL that dies in the middle is told in a sentence, and the copy goes on when it is back", async () => {
  const home = temporaryFolder();
  chmodSync(home, 0o711);
  const place = { folder: join(home, "data") };
  const server = await startPostgres(place);
  const { program } = await copyTo(server.url, "a message in the middle is stored");
  server.kill("SIGKILL");
  expect(await program.ends()).toBe(1);
  expect(program.printed).toMatch(/does not answer at 127.0.0.1.*\nRun this again: it goes on/);
  expect(program.printed).not.toContain("    at ");

  const back = await startPostgres({ ...place, port: server.port });
  cleaners.push(() => back.stop());
  await endsWell(back.url, "5,000");
});
