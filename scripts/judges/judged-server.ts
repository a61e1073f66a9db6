import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCertificate } from "../../server/certificates/ensure.ts";
import { selfMadeFiles } from "../../server/certificates/files.ts";
import { projectRoot } from "../../server/config/environment.ts";
import { groupId } from "../../server/protocol/conversation-id.ts";
import { openDatabase } from "../../server/store/sqlite/open.ts";
import { sqliteStore } from "../../server/store/sqlite/store.ts";
import { freePort } from "../cluster/ports.ts";
import { printed } from "../printed.ts";

/** A server that is being judged, and how to trust it. */
export interface Judged {
  /** What it is called. HSTS is for names other than localhost, so it has one, which nothing but the judges can look up. */
  name: string;
  port: number;
  /** The file with the authority of its certificate. */
  authority: string;
  /** A folder for what judges write; gone with the server. */
  folder: string;
  /** Who can log in, with the password of all. */
  account: { name: string; password: string };
  /** Ends the server as a crash would, and starts it again at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const name = "judged.local";
/** How many messages the group has, so that there is far to scroll. */
export const manyLines = 400;

/** Starts the server as a process of its own, as it is by itself, on a free port and an empty data folder. */
export async function startJudged(): Promise<Judged> {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-judged-"));
  const certificates = join(folder, "certificates");
  const made = { dataDir: certificates, tls: null, hostname: name, interfaces: {}, now: Date.now() };
  await ensureCertificate(made);
  const files = selfMadeFiles(certificates);
  const dataDir = join(folder, "data");
  const account = await fill(dataDir);
  const port = await freePort();
  const start = async () => {
    const started = Bun.spawn([process.execPath, join(projectRoot, "server/main.ts")], {
      env: {
        PATH: process.env.PATH,
        DATA_DIR: dataDir,
        HOST: "127.0.0.1",
        PORT: String(port),
        TLS_CERT: files.server.cert,
        TLS_KEY: files.server.key,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child = started;
    await printed(started, /https:\/\/localhost:(\d+)[\s\S]*Ctrl-C/);
  };
  let child: Bun.Subprocess | null = null;
  const end = async () => {
    child?.kill("SIGKILL");
    await child?.exited;
  };
  const stop = async () => {
    await end();
    rmSync(folder, { recursive: true, force: true });
  };
  const restart = async () => {
    await end();
    await start();
  };
  try {
    await start();
    return { name, port, authority: files.authority.cert, folder, account, restart, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Fills a data folder with a few people who have much to say; gives one of them. */
async function fill(dataDir: string): Promise<Judged["account"]> {
  const seeding = Bun.spawn([process.execPath, join(projectRoot, "scripts/seed.ts")], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const password = await printed(seeding, /the password (\S+)/);
  await seeding.exited;
  const store = sqliteStore(openDatabase(join(dataDir, "chat.sqlite")));
  const [person] = await store.users.directory();
  const drafts = Array.from({ length: manyLines }, (_, at) => ({
    conversation: groupId as typeof groupId,
    author: person!.id,
    clientId: crypto.randomUUID(),
    body: { text: `line ${at + 1} of many` },
    createdAt: Date.now(),
  }));
  await store.messages.append(drafts);
  await store.close();
  return { name: person!.name!, password };
}
