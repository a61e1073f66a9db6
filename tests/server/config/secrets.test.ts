import { beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { loadSecrets } from "../../../server/config/secrets.ts";
import { temporaryFolder } from "../../support/folder.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, "data", "secrets.json");
});
const modeOf = (path: string) => statSync(path).mode & 0o777;

test("they are made at the first start, random, and the same from then on", () => {
  const { pepper } = loadSecrets(path);
  expect(pepper).toHaveLength(32);
  expect(loadSecrets(path).pepper).toEqual(pepper);
  expect(loadSecrets(join(folder, "other.json")).pepper).not.toEqual(pepper);
});

test("of several that start at once, all have the same", async () => {
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const script = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { loadSecrets } = await import(workerData.module);
    parentPort.postMessage("ready");
    Atomics.wait(workerData.gate, 0, 0);
    parentPort.postMessage(Buffer.from(loadSecrets(workerData.path).pepper).toString("hex"));`;
  const module = join(import.meta.dir, "../../../server/config/secrets.ts");
  const workers = Array.from(
    { length: 6 },
    () => new Worker(script, { eval: true, workerData: { gate, path, module } }),
  );
  const says = (worker: Worker) => new Promise((resolve) => worker.once("message", resolve));
  await Promise.all(workers.map(says));
  const peppers = Promise.all(workers.map(says));
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  expect(new Set(await peppers)).toEqual(new Set([Buffer.from(loadSecrets(path).pepper).toString("hex")]));
  expect(readdirSync(join(folder, "data"))).toEqual(["secrets.json"]);
});

test("ASVS 13.3.1 only their owner may read them", () => {
  loadSecrets(path);
  expect([modeOf(path), modeOf(join(folder, "data"))]).toEqual([0o600, 0o700]);
});

test("nothing is left beside them, and a start that was cut off before is no hindrance", () => {
  const { pepper } = loadSecrets(path);
  expect(readdirSync(join(folder, "data"))).toEqual(["secrets.json"]);
  rmSync(path);
  writeFileSync(`${path}.new`, '{"pepp', { mode: 0o600 });
  expect(loadSecrets(path).pepper).not.toEqual(pepper);
  expect(readdirSync(join(folder, "data"))).toEqual(["secrets.json"]);
});

test("they are not made anew where accounts need those there were", () => {
  expect(() => loadSecrets(path, true)).toThrow("is missing. Restore it from a backup");
  expect(existsSync(path)).toBe(false);
  const { pepper } = loadSecrets(path);
  expect(loadSecrets(path, true).pepper).toEqual(pepper);
});

describe("they are refused, and left as they are,", () => {
  const damaged = [
    "",
    "{",
    "null",
    "{}",
    '{"pepper":""}',
    '{"pepper":"00"}',
    `{"pepper":"${"g".repeat(64)}"}`,
  ];
  for (const content of damaged) {
    test(`when the file holds ${content || "nothing"}`, () => {
      loadSecrets(path);
      writeFileSync(path, content);
      expect(() => loadSecrets(path)).toThrow("is damaged. Restore it from a backup");
      expect(readFileSync(path, "utf8")).toBe(content);
    });
  }

  for (const mode of [0o640, 0o604, 0o660, 0o644]) {
    test(`ASVS 13.3.2 when others may touch them (${mode.toString(8)})`, () => {
      loadSecrets(path);
      chmodSync(path, mode);
      const say = () => loadSecrets(path);
      if (process.platform === "win32") expect(say).not.toThrow();
      else expect(say).toThrow(`chmod 600 ${path}`);
      expect(existsSync(path)).toBe(true);
    });
  }
});
