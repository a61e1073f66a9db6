import { parentPort } from "node:worker_threads";
import bcrypt from "bcryptjs";
import type { HashAnswer, HashTask } from "./hash-pool.ts";

parentPort!.on("message", ({ id, text, hash, cost }: HashTask) => {
  const result = hash === null ? bcrypt.hashSync(text, cost) : bcrypt.compareSync(text, hash);
  parentPort!.postMessage({ id, result } satisfies HashAnswer);
});
