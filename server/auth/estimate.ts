import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { dictionary as english } from "@zxcvbn-ts/language-en";
import { estimatorSettings } from "../protocol/strength.ts";
import type { Estimate } from "../protocol/strength-advice.ts";

const zxcvbn = new ZxcvbnFactory({
  ...estimatorSettings,
  dictionary: { ...dictionary, ...english },
  graphs: adjacencyGraphs,
});

/** Estimates a password by zxcvbn, which knows these words besides its dictionaries. Loading this file takes some 100 MB. */
export const estimate = (password: string, words: string[]): Estimate => zxcvbn.check(password, words);
