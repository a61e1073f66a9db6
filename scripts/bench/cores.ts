import { availableParallelism } from "node:os";

/** Servers get one core and the load another, so that neither takes from the other. */
export interface Cores {
  /** The command as it has to be started to run on the servers' core. */
  onServerCore(command: string[]): string[];
  /** Moves processes that were started otherwise there. */
  toServerCore(pids: number[]): void;
  /** In words, for the report. */
  says: string;
}

const serverCore = "0";
const loadCore = "1";

/** Moves this process, which is the load, to its core; says when the system cannot do that. */
export function divideCores(): Cores {
  const taskset = Bun.which("taskset");
  if (!taskset || availableParallelism() < 2)
    return {
      onServerCore: (command) => command,
      toServerCore() {},
      says: taskset
        ? "NOT PINNED: there is one core for servers and load; ratios are rough"
        : "NOT PINNED: there is no taskset here, the system places servers and load; ratios are rough",
    };
  const move = (pid: number, core: string) => {
    const moved = Bun.spawnSync([taskset, "-a", "-c", "-p", core, String(pid)]);
    if (!moved.success) throw new Error(`taskset could not move process ${pid}: ${moved.stderr}`);
  };
  move(process.pid, loadCore);
  return {
    onServerCore: (command) => [taskset, "-c", serverCore, ...command],
    toServerCore(pids) {
      for (const pid of pids) move(pid, serverCore);
    },
    says: `servers on core ${serverCore}, load on core ${loadCore} (taskset)`,
  };
}
