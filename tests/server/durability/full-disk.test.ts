import { expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Follower } from "../../support/follower.ts";
import { Person, password } from "../../support/person.ts";
import { Program } from "../../support/program.ts";
import { fillUp } from "./attempt.ts";

/** Runs a command where a disk of a few megabytes of its own is mounted, which ends with it. */
const onSmallDisk = (folder: string, ...command: string[]) => [
  "unshare",
  "--mount",
  "sh",
  "-c",
  'mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@"',
  folder,
  ...command,
];

/** Leaves no byte of room on the disk of this file. */
function fill(path: string) {
  const file = openSync(path, "a");
  for (const size of [65_536, 4096, 1]) {
    try {
      while (writeSync(file, Buffer.alloc(size)) > 0);
    } catch (error) {
      expect((error as { code?: string }).code).toBe("ENOSPC");
    }
  }
  closeSync(file);
}

async function throughAFullDisk() {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-disk-"));
  const env = { PORT: "0", DATA_DIR: folder, MESSAGES_PER_MINUTE: "1000000", MESSAGE_BURST: "1000000" };
  const program = new Program(onSmallDisk(folder, process.execPath, "server/main.ts"), env);
  try {
    const [, origin] = await program.says(/(https:\/\/localhost:\d+)[\s\S]*Ctrl-C/);
    const server = { origin: origin! };
    const alice = await new Person(server, "alice").setUp(program.printed);
    const bob = await new Person(server, "bob").register();
    const [a, b] = [await alice.enter(), await bob.enter()];
    const follower = await new Follower().follow(b);
    await a.say("before");
    const ballast = `/proc/${program.process.pid}/root${folder}/ballast`;

    let head = 1;
    for (let times = 0; times < 3; times++) {
      fill(ballast);
      const { stored, refused } = await fillUp(a);
      expect(refused.map(({ error }) => error?.code)).toEqual(Array(5).fill("storage_full"));
      const carol = await new Person(server, "carol").fetch("POST", "/api/account", {
        name: "carol",
        password,
      });
      expect(carol.status).toBe(507);
      const page = await (await bob.enter()).ask("history.read", { conversation: "group" }, "history.page");
      head += stored.length;
      expect(page.head).toBe(head);

      rmSync(ballast);
      for (const { clientId, text } of refused) await a.say(text, "group", clientId);
      head += refused.length;
      await follower.reaches(head);
    }
    expect(follower.log.map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, at) => at + 1));
    const again = await new Follower().follow(await bob.enter());
    expect(again.log).toEqual(follower.log);

    fill(ballast);
    program.process.kill("SIGTERM");
    expect(await program.ends()).toBe(0);
    expect(program.printed).not.toContain('"event":"bug"');
  } finally {
    program.process.kill("SIGKILL");
    await program.ends();
    rmSync(folder, { recursive: true });
  }
}

const canMount =
  process.platform === "linux" && Bun.spawnSync(onSmallDisk("/mnt", "true"), { stderr: "ignore" }).success;
if (canMount) {
  test(
    "a disk that really is full refuses clearly, three times over, and loses nothing",
    throughAFullDisk,
    30_000,
  );
} else {
  // What SQLite itself says of a full database is tested everywhere, in full-database.test.ts.
  console.warn("Not tested here, for want of the right to mount a disk: a disk that really is full");
}
