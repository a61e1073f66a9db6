import { type Cores, divideCores } from "./cores.ts";
import { makeCertificate } from "./server-folder.ts";
import { temporaryFolder } from "./temporary.ts";

/** What all measurements stand on. */
export interface Ground {
  cores: Cores;
  /** The certificate of the servers that are not ours; of the same kind as ours. */
  certificate: { cert: string; key: string };
  /** The command that runs a script of the Node rivals. */
  node: { command(script: string): Promise<string[]>; says: string };
  /** Fewer and shorter rounds: to see that it works, not to believe the numbers. */
  quick: boolean;
}

export async function layGround(quick: boolean): Promise<Ground> {
  return {
    cores: divideCores(),
    certificate: await makeCertificate(temporaryFolder()),
    node: nodeRunner(),
    quick,
  };
}

/** Node where it is installed, since that is where its rivals live; a bundle, because Node 20 reads no TypeScript. */
function nodeRunner(): Ground["node"] {
  const node = Bun.which("node");
  if (!node)
    return {
      command: async (script) => [process.execPath, script],
      says: `ws and Socket.IO run on Bun ${Bun.version}: Node is not installed`,
    };
  const version = Bun.spawnSync([node, "--version"]).stdout.toString().trim();
  const outdir = temporaryFolder();
  return {
    async command(script) {
      const build = await Bun.build({ entrypoints: [script], target: "node", format: "cjs", outdir });
      return [node, "--expose-gc", build.outputs[0]!.path];
    },
    says: `ws and Socket.IO run on Node ${version}`,
  };
}
