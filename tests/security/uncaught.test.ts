import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { temporaryFolder } from "../support/folder.ts";
import { Person, type Socket } from "../support/person.ts";
import { Program } from "../support/program.ts";
import { setUpBeforehand } from "../support/server-settings.ts";

const dataDir = temporaryFolder();
const faults = "./tests/support/uncaught-errors.ts";
let program: Program;
let alice: Person;
let socket: Socket;
beforeAll(async () => {
  await setUpBeforehand({ DATA_DIR: dataDir });
  program = new Program([process.execPath, "--preload", faults, "server/main.ts"], {
    DATA_DIR: dataDir,
    HOST: "127.0.0.1",
    PORT: "0",
  });
  const [origin] = await program.says(/https:\/\/localhost:\d+(?=[\s\S]*Ctrl-C)/);
  alice = await new Person({ origin }, "alice").register();
  socket = await alice.enter();
}, 60_000);
afterAll(async () => {
  expect(await program.stop()).toBe(0);
}, 60_000);

describe("ASVS 16.5.4 an error that nobody caught is logged as a bug, and everybody is served on", () => {
  for (const [signal, what] of [
    ["SIGUSR1", "a promise that nobody awaits"],
    ["SIGUSR2", "a timer that fails"],
  ] as const) {
    test(what, async () => {
      program.process.kill(signal);
      const [line] = await program.says(new RegExp(`^\\{.*${what}.*\\}$`, "m"));
      const { time, event, id, error } = JSON.parse(line);
      expect(new Date(time).toISOString()).toBe(time);
      expect([event, id.length]).toEqual(["bug", 12]);
      expect(error).toContain(what);

      expect((await socket.say(`after ${what}`)).body).toEqual({ text: `after ${what}` });
      expect((await alice.fetch("GET", "/api/account")).status).toBe(200);
    }, 30_000);
  }
});
