import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureCertificate } from "../../server/certificates/ensure.ts";
import { selfMadeFiles } from "../../server/certificates/files.ts";
import { projectRoot } from "../../server/config/environment.ts";
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
  stop(): Promise<void>;
}

const name = "judged.local";

/** Starts the server as a process of its own, as it is by itself, on a free port and an empty data folder. */
export async function startJudged(): Promise<Judged> {
  const folder = mkdtempSync(join(tmpdir(), "secure-chat-judged-"));
  const certificates = join(folder, "certificates");
  const made = { dataDir: certificates, tls: null, hostname: name, interfaces: {}, now: Date.now() };
  await ensureCertificate(made);
  const files = selfMadeFiles(certificates);
  const child = Bun.spawn([process.execPath, join(projectRoot, "server/main.ts")], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: join(folder, "data"),
      HOST: "127.0.0.1",
      PORT: "0",
      TLS_CERT: files.server.cert,
      TLS_KEY: files.server.key,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = async () => {
    child.kill("SIGKILL");
    await child.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return {
      name,
      port: Number(await printed(child, /https:\/\/localhost:(\d+)[\s\S]*Ctrl-C/)),
      authority: files.authority.cert,
      folder,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
