import { join } from "node:path";
import { type Balancer, balancerCommand, balancerEnv } from "../../scripts/cluster/balancer.ts";
import { freePort, healthy } from "../../scripts/cluster/ports.ts";
import { temporaryFolder } from "../support/folder.ts";
import { Program } from "../support/program.ts";
import { setUpBeforehand } from "../support/server-settings.ts";
import { writeFiles } from "./front.ts";

/** A real balancer in front of a real server, each a process of its own. */
export async function behind(balancer: Balancer, path: string) {
  const folder = temporaryFolder();
  const [port, inside] = [await freePort(), await freePort()];
  const origin = `https://localhost:${port}`;
  const env = {
    DATABASE_URL: "",
    DATA_DIR: folder,
    HOST: "127.0.0.1",
    PORT: String(inside),
    ORIGINS: origin,
    TRUSTED_PROXIES: "127.0.0.1",
  };
  await setUpBeforehand(env);
  const node = new Program([process.execPath, "server/main.ts"], env);
  await becomesWell(node, inside);
  const [cert, key, certificate] = await Promise.all(
    ["cert.pem", "key.pem", "ca.pem"].map((name) => Bun.file(join(folder, "certs", name)).text()),
  );
  await writeFiles(folder, { pair: { cert: cert!, key: key! }, certificate: certificate! });
  const front = { host: "127.0.0.1", port, files: folder, nodes: [`127.0.0.1:${inside}`] };
  const program = new Program(balancerCommand(balancer, path), balancerEnv(front));
  await becomesWell(program, port);
  return {
    origin,
    async stop() {
      for (const each of [program, node]) {
        await each.stop();
      }
    },
  };
}

/** Throws with all it printed when it ends, or takes too long, without being well. */
async function becomesWell(program: Program, port: number): Promise<void> {
  if (!(await healthy(port, () => program.process.exitCode === null)))
    throw new Error(`It is not well:\n${program.printed}`);
}
