import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { dictionary as english } from "@zxcvbn-ts/language-en";
import { estimatorSettings, type Judged, judge } from "../../server/protocol/strength.ts";

// Judges passwords as the server does, in a thread of its own: a piece of the client that is loaded when one is chosen.
const zxcvbn = new ZxcvbnFactory({
  ...estimatorSettings,
  dictionary: { ...dictionary, ...english },
  graphs: adjacencyGraphs,
});

addEventListener("message", ({ data }: MessageEvent<Judged>) => {
  postMessage(judge(data, (password, words) => zxcvbn.check(password, words)));
});
