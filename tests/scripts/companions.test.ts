import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureCompanions } from "../../scripts/companions.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Program } from "../support/program.ts";

/** A machine with these programs, which can install these packages. */
function machine(there: string[], available: string[], systemd = false) {
  const commands: string[] = [];
  return {
    commands,
    systemd,
    find: (program: string) => (there.includes(program) ? `/usr/bin/${program}` : null),
    canInstall: () => available.length > 0,
    async run(_step: string, _doing: string, program: readonly string[]) {
      const words = program.slice(program.indexOf("apt-get"));
      if (!words.includes("install")) return void commands.push(program.join(" "));
      const wanted = words.slice(words.lastIndexOf("--no-install-recommends") + 1);
      commands.push(wanted.join(" "));
      if (!wanted.every((each) => available.includes(each))) throw new Error("Unable to locate package");
      there.push(...wanted.map((each) => (each === "iproute2" ? "ip" : each)));
    },
  };
}
const installs = (commands: string[]) => commands.filter((command) => command !== "apt-get update");

test("companions are installed together, and only those that are missing", async () => {
  const some = machine(["haproxy"], ["iproute2", "caddy"]);
  await ensureCompanions(some);
  expect(installs(some.commands)).toEqual(["caddy iproute2"]);
  const all = machine(["haproxy", "ip", "caddy"], ["caddy"]);
  await ensureCompanions(all);
  expect(all.commands).toEqual([]);
});

test("where one cannot be had the others are installed, and it is no error", async () => {
  const old = machine([], ["haproxy", "iproute2"], true);
  await ensureCompanions(old);
  expect(installs(old.commands)).toEqual([
    "haproxy caddy iproute2",
    "haproxy",
    "caddy",
    "iproute2",
    "systemctl disable haproxy",
  ]);
  const foreign = machine([], []);
  await ensureCompanions(foreign);
  expect(foreign.commands).toEqual([]);
});

test("a test whose program is not installed does not pass: it is not there, and named once", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "skipped.test.ts");
  const shared = join(import.meta.dir, "../support/companions.ts");
  writeFileSync(
    file,
    `import { withProgram } from ${JSON.stringify(shared)};
    withProgram("a-program-nobody-has", "what needs it", async () => {});
    withProgram(["bun", "a-program-nobody-has", "nor-this"], "what needs three", async () => {});
    withProgram("bun", "what needs bun", async (path) => {
      if (!path.includes("bun")) throw new Error(path);
    });`,
  );
  const program = new Program([process.execPath, "test", file]);
  await program.ends();
  expect(program.printed).toContain("skipped: what needs it (a-program-nobody-has is not installed)\n");
  expect(program.printed).toContain(
    "skipped: what needs three (a-program-nobody-has and nor-this are not installed)\n",
  );
  expect(program.printed.split("skipped: ")).toHaveLength(3);
  expect(program.printed).toMatch(/ 1 pass\n 0 fail/);
});
