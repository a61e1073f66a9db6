import { afterEach, expect, test } from "bun:test";
import { temporaryFolder } from "../support/folder.ts";
import { Person } from "../support/person.ts";
import { Program } from "../support/program.ts";

const dataDir = temporaryFolder();
const running: Program[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    await program.stop();
  }
});

async function start(more: Record<string, string> = {}) {
  const env = { DATA_DIR: dataDir, PORT: "0", ...more };
  const program = new Program([process.execPath, "server/main.ts"], env);
  running.push(program);
  const [, origin] = await program.says(/Here +(https:\/\/localhost:\d+)[\s\S]*Ctrl-C/);
  return { program, origin: origin! };
}
const linksOf = ({ printed }: Program) =>
  [...printed.matchAll(/^ {2}(https:\S+\/setup#[\w-]{22})$/gm)].map(([, link]) => link!);

test("each start prints the same set-up link until it has been used, and none afterwards", async () => {
  const first = await start();
  const [link] = linksOf(first.program);
  expect(link!.startsWith(`${first.origin}/setup#`)).toBe(true);
  await first.program.stop();

  const elsewhere = "https://chat.example.org";
  const second = await start({ ORIGINS: `${elsewhere},https://192.168.1.5` });
  expect(linksOf(second.program)).toEqual(
    [elsewhere, "https://192.168.1.5"].map((origin) => `${origin}/setup#${link!.split("#")[1]}`),
  );
  await second.program.stop();

  const third = await start();
  await new Person(third, "olga").setUp(third.program.printed);
  await third.program.stop("SIGKILL");

  const fourth = await start();
  expect(fourth.program.printed).not.toContain("/setup#");
  expect((await new Person(fourth, "olga").signIn()).status).toBe(200);
}, 30_000);
