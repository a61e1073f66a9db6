import { parentPort } from "node:worker_threads";
import bcrypt from "bcryptjs";
import { giveWay } from "../give-way.ts";
import type { HashResult, HashTask } from "./hash-pool.ts";

giveWay();

parentPort!.on("message", ({ text, hash, cost }: HashTask) => {
  const result = hash === null ? bcrypt.hashSync(text, cost) : bcrypt.compareSync(text, hash);
  parentPort!.postMessage(result satisfies HashResult);
});
