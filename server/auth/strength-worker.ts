import { parentPort } from "node:worker_threads";
import { lowerPriority } from "../limits/lower-priority.ts";
import { type Judged, judge, type Verdict } from "../protocol/strength.ts";
import { estimate } from "./estimate.ts";

lowerPriority();

parentPort!.on("message", (judged: Judged) => {
  parentPort!.postMessage(judge(judged, estimate) satisfies Verdict);
});
