import { expect, test } from "bun:test";
import { weaknessOfWay } from "../../../server/config/database-link.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { dropDatabase, freshDatabase } from "../../support/postgres.ts";
import { Program } from "../../support/program.ts";

for (const query of [
  "",
  "?sslmode=disable",
  "?sslmode=prefer",
  "?sslmode=require",
  "?application_name=verify-full",
])
  test(`ASVS 12.3.2 the way to another machine is told to be open with ${query || "no query"}`, () => {
    const remedy = query ? "set sslmode=verify-full in" : "add ?sslmode=verify-full to";
    expect(weaknessOfWay(`postgres://chat:pa55word@db.internal:5433/chat${query}`)).toBe(
      `the way to db.internal is not verified: ${remedy} DATABASE_URL`,
    );
  });

test("a certificate that is not compared with the name is told as such", () => {
  expect(weaknessOfWay("postgres://chat@db.internal/chat?sslmode=verify-ca")).toBe(
    "the way to db.internal is not verified by name, so any server with a certificate of the same authority will do: set sslmode=verify-full in DATABASE_URL",
  );
});

for (const host of ["127.0.0.1.example", "10.0.0.1", "[::2]", "localhost.example", "127.example"])
  test(`${host} is another machine`, () => {
    expect(weaknessOfWay(`postgres://chat@${host}/chat`)).toContain(`the way to ${host} is not verified`);
  });

for (const url of [
  "postgres://chat@db.internal/chat?sslmode=verify-full",
  "postgres://chat@db.internal/chat?a=b&sslmode=VERIFY_FULL",
  "postgres://chat@localhost/chat",
  "postgres://chat@LOCALHOST:5433/chat?sslmode=disable",
  "postgres://chat@127.0.0.2/chat",
  "postgres://chat@[::1]:5433/chat",
])
  test(`nothing is to be said of ${url}`, () => {
    expect(weaknessOfWay(url)).toBeNull();
  });

test("the start says it", async () => {
  const url = await freshDatabase();
  const dataDir = temporaryFolder();
  // Leads to this machine without saying so.
  const elsewhere = Object.assign(new URL(url), { hostname: "0.0.0.0" }).href;
  const env = { DATABASE_URL: elsewhere, DATA_DIR: dataDir, PORT: "0" };
  const program = new Program([process.execPath, "server/main.ts"], env);
  await program.says(/Ctrl-C/);
  await program.stop("SIGKILL");
  await dropDatabase(url);
  expect(program.printed).toMatch(
    / {2}Database {6}up to date.*\n {16}the way to 0\.0\.0\.0 is not verified: add/,
  );
});
