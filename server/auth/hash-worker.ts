import { parentPort } from "node:worker_threads";
import bcrypt from "bcryptjs";
import { lowerPriority } from "../limits/lower-priority.ts";
import type { HashResult, HashTask } from "./hash-pool.ts";

lowerPriority();

parentPort!.on("message", ({ text, hash, cost }: HashTask) => {
  const result = hash === null ? bcrypt.hashSync(text, cost) : bcrypt.compareSync(text, hash);
  parentPort!.postMessage(result satisfies HashResult);
});
