import { beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/folder.ts";
import { Program } from "../support/program.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = temporaryFolder();
});

async function certs(...args: string[]) {
  const program = Program.script("certs.ts", args, { DATA_DIR: dataDir });
  return { code: await program.ends(), printed: program.printed };
}
const files = () =>
  ["cert.pem", "key.pem", "ca.pem", "ca-key.pem"].map((name) =>
    readFileSync(join(dataDir, "certs", name), "utf8"),
  );

test("bun run certs prints owner, validity, creation, names, fingerprint and files", async () => {
  const { code, printed } = await certs();
  expect(code).toBe(0);
  const date = /\d{4}-\d\d-\d\d \d\d:\d\d UTC/.source;
  for (const line of [
    /owner +O=secure-chat, CN=/,
    new RegExp(`valid +${date} to ${date} \\(395 days left\\)`),
    new RegExp(`created +${date}`),
    /names +localhost, .*127\.0\.0\.1, ::1/,
    /SHA-256 +([0-9A-F]{2}:){31}[0-9A-F]{2}\n/,
    /certificate +.*cert\.pem\n/,
    /key +.*key\.pem\n/,
  ])
    expect(printed).toMatch(line);
});

test("it changes nothing without --force", async () => {
  await certs();
  const before = files();
  const { code, printed } = await certs();
  expect(code).toBe(0);
  expect(printed).toContain("has not been touched");
  expect(files()).toEqual(before);
});

test("--force makes a new certificate under the same authority, --authority a new one of these too", async () => {
  await certs();
  const [cert, key, ca, caKey] = files();
  expect((await certs("--force")).code).toBe(0);
  const second = files();
  expect(second[0]).not.toBe(cert!);
  expect(second[1]).not.toBe(key!);
  expect(second.slice(2)).toEqual([ca!, caKey!]);
  expect((await certs("--force", "--authority")).printed).toContain("The authority is new as well");
  expect(files()[2]).not.toBe(ca!);
});

test("what it does not know it explains, and does nothing", async () => {
  for (const wrong of ["--forse", "--authority"]) {
    const { code, printed } = await certs(wrong);
    expect(code).toBe(1);
    expect(printed).toContain("bun run certs --force");
  }
  expect(files).toThrow();
});
