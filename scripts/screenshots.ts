import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../server/config/environment.ts";
import { launch } from "../tests/support/browser.ts";
import { desk, phone, Visitor } from "../tests/support/visitor.ts";
import { freePort } from "./cluster/ports.ts";
import { printed } from "./printed.ts";
import { type Screen, screens, strangers } from "./screenshots/screens.ts";
import { command, continueIn, ensureClient, ensureDependencies } from "./setup.ts";

const folder = join(projectRoot, ".github/images");
const owner = "marta";
const devices = { desk, phone };

// Takes a picture of every screen, on a desk and a phone, light and dark, of a server that is filled for it. Words after the
// command choose screens by the beginning of their names.
await command(async () => {
  if (await ensureDependencies("everything"))
    return await continueIn(["scripts/screenshots.ts", ...Bun.argv.slice(2)]);
  await ensureClient();
  const chosen = Bun.argv.slice(2);
  const isWanted = ([name]: Screen) => chosen.length === 0 || chosen.some((word) => name.startsWith(word));
  mkdirSync(folder, { recursive: true });
  const server = await startSeeded();
  const browser = await launch();
  const failed: string[] = [];
  try {
    const at = (name: string, options: object = {}) =>
      Visitor.arrive(browser, server, name, { ...options, reducedMotion: "reduce" });
    for (const [device, options] of Object.entries(devices)) {
      const stranger = await at("stranger", options);
      failed.push(...(await take(stranger, device, strangers.filter(isWanted))));
      await stranger.context.close();
    }
    for (const other of ["jonas", "Priya"]) await (await at(other)).logIn(server.password);
    for (const [device, options] of Object.entries(devices)) {
      const visitor = await at(owner, options);
      await visitor.logIn(server.password);
      await visitor.log.waitFor();
      failed.push(...(await take(visitor, device, screens.filter(isWanted))));
      await visitor.context.close();
    }
  } finally {
    await browser.close();
    await server.stop();
  }
  for (const each of failed) console.error(`Not taken: ${each}`);
  console.log(`The pictures are in ${folder}`);
  return failed.length === 0 ? 0 : 1;
});

/** Shows one screen after the other and takes each in both themes; gives what could not be shown, with why. */
async function take(visitor: Visitor, device: string, wanted: readonly Screen[]): Promise<string[]> {
  const failed: string[] = [];
  for (const [name, show] of wanted)
    try {
      await show(visitor);
      for (const theme of ["light", "dark"] as const) {
        await visitor.page.emulateMedia({ colorScheme: theme });
        // The picture is taken of what has been painted, with its typeface.
        await visitor.page.evaluate(() => document.fonts.ready);
        await visitor.page.screenshot({
          path: join(folder, `${name}-${device}-${theme}.png`),
          animations: "disabled",
          caret: "hide",
        });
      }
    } catch (error) {
      failed.push(`${name} (${device}): ${String(error).split("\n", 3).join(" ")}`);
    }
  return failed;
}

/** Starts the server on a free port and a new data folder, with people who have talked. */
async function startSeeded() {
  const dataDir = mkdtempSync(join(tmpdir(), "secure-chat-screenshots-"));
  const port = await freePort();
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir, HOST: "127.0.0.1", PORT: String(port) };
  const run = (program: string) =>
    Bun.spawn([process.execPath, join(projectRoot, program)], { env, stdio: ["ignore", "pipe", "pipe"] });
  const seeding = run("scripts/seed.ts");
  const password = await printed(seeding, /the password (\S+)/);
  await seeding.exited;
  const server = run("server/main.ts");
  const stop = async () => {
    server.kill();
    await server.exited;
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await printed(server, /https:\/\/localhost:(\d+)[\s\S]*Ctrl-C/);
  } catch (error) {
    await stop();
    throw error;
  }
  return { origin: `https://localhost:${port}`, password, stop };
}
