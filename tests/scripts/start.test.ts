import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../server/config/environment.ts";
import { temporaryFolder } from "../support/folder.ts";
import { outcomeOf } from "../support/outcome.ts";
import { Program } from "../support/program.ts";

let top: string;
let env: Record<string, string>;
const running: Program[] = [];
beforeEach(() => {
  top = temporaryFolder();
  env = { DATA_DIR: join(top, "data"), PORT: "0" };
});
afterEach(async () => {
  for (const program of running.splice(0)) {
    await program.stop("SIGKILL");
  }
});

const direct = [process.execPath, "scripts/start.ts"];

function start(more: Record<string, string> = {}, command = direct): Program {
  const program = new Program(command, { ...env, ...more });
  running.push(program);
  return program;
}
async function addressOf(program: Program): Promise<string> {
  return (await program.says(/https:\/\/localhost:\d+/))[0];
}
const visit = (address: string, path = "/") => fetch(address + path, { tls: { rejectUnauthorized: false } });

describe("the start", () => {
  test("makes what is missing, serves the client, and says where, by what fingerprint, with which data and what it does not heed", async () => {
    const program = start({ NATS_URL: "nats://chat:pa55word@bus:4222" });
    const page = await visit(await addressOf(program));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("<!doctype html>");
    await program.says(/SHA-256 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}/);
    await program.says(new RegExp(env.DATA_DIR!.replaceAll("\\", "\\\\")));
    expect(existsSync(join(env.DATA_DIR!, "chat.sqlite"))).toBe(true);
    expect(program.printed).toMatch(/^ {2}Settings +NATS_URL is no longer used: .*PostgreSQL\.$/m);
    expect(program.printed).not.toContain("pa55word");
  });

  test("skips the second time what is done", async () => {
    const made = async () => {
      const program = start();
      expect((await visit(await addressOf(program), "/api/health")).status).toBe(200);
      expect(await program.stop()).toBe(0);
      const client = join(projectRoot, "web/dist/index.html");
      return [join(env.DATA_DIR!, "certs/cert.pem"), client].map((path) => statSync(path).mtimeMs);
    };
    const atFirst = await made();
    expect(await made()).toEqual(atFirst);
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const)
    test(`ends with 0 on ${signal}, also when it comes twice, and nothing answers any more`, async () => {
      const program = start();
      const address = await addressOf(program);
      program.process.kill(signal);
      program.process.kill(signal);
      expect(await program.ends()).toBe(0);
      expect(await outcomeOf(visit(address))).toThrow();
    });

  test("ends with 0 as `bun run start` as well, which passes the signal on", async () => {
    const program = start({}, [process.execPath, "run", "start"]);
    await addressOf(program);
    expect(await program.stop()).toBe(0);
  });

  test("ends when npx ends, whose shell keeps signals to itself", async () => {
    if (process.platform === "win32") return; // No signals, and another kind of shell.
    const program = start({ npm_execpath: "npm-cli.js" }, [
      "sh",
      "-c",
      `'${process.execPath}' run start; exit $?`,
    ]);
    const address = await addressOf(program);
    await program.stop(); // Only when the server, too, has closed what it printed to.
    expect(await outcomeOf(visit(address))).toThrow();
  });

  test("tells all mistakes of the configuration before it does anything", async () => {
    const program = start({ PORT: "http", MESSAGE_BURST: "maybe" });
    expect(await program.ends()).toBe(1);
    expect(program.printed).toMatch(
      /PORT is "http"; accepted: .*\n.*MESSAGE_BURST is "maybe"; accepted: a whole number/,
    );
    expect(program.printed).not.toContain("    at ");
    expect(existsSync(env.DATA_DIR!)).toBe(false);
  });

  test("says of a taken port what it is and how to choose another", async () => {
    const port = new URL(await addressOf(start())).port;
    const second = start({ PORT: port, DATA_DIR: join(top, "second") });
    expect(await second.ends()).toBe(1);
    expect(second.printed).toContain(`Port ${port} is taken by another program.`);
    expect(second.printed).toMatch(/PORT=\d+ bun run start/);
    expect(second.printed).not.toContain("    at ");
  });

  test("says of a certificate it cannot use what is wrong with it", async () => {
    const program = start({ TLS_CERT: join(top, "none.pem"), TLS_KEY: join(top, "none.key") });
    expect(await program.ends()).toBe(1);
    expect(program.printed).toContain(`TLS_CERT: there is no file ${join(top, "none.pem")}`);
    expect(program.printed).not.toContain("    at ");
  });
});
