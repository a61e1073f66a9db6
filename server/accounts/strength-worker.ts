import { parentPort } from "node:worker_threads";
import { giveWay } from "../give-way.ts";
import { type Judged, judge, type Verdict } from "../protocol/strength.ts";
import { estimate } from "./estimate.ts";

giveWay();

parentPort!.on("message", (judged: Judged) => {
  parentPort!.postMessage(judge(judged, estimate) satisfies Verdict);
});
