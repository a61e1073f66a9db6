import { parentPort } from "node:worker_threads";
import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { dictionary as english } from "@zxcvbn-ts/language-en";
import { giveWay } from "../give-way.ts";
import { estimatorSettings, type Judged, judge, type Verdict } from "../protocol/strength.ts";

giveWay();

const zxcvbn = new ZxcvbnFactory({
  ...estimatorSettings,
  dictionary: { ...dictionary, ...english },
  graphs: adjacencyGraphs,
});

parentPort!.on("message", (judged: Judged) => {
  const verdict = judge(judged, (password, words) => zxcvbn.check(password, words));
  parentPort!.postMessage(verdict satisfies Verdict);
});
