import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";
import { dictionary as english } from "@zxcvbn-ts/language-en";
import { type Estimate, estimatorSettings } from "../protocol/strength.ts";

const zxcvbn = new ZxcvbnFactory({
  ...estimatorSettings,
  dictionary: { ...dictionary, ...english },
  graphs: adjacencyGraphs,
});

/** What zxcvbn says of a password, with these words known besides its dictionaries. Whoever loads this holds some 100 MB of them. */
export const estimate = (password: string, words: string[]): Estimate => zxcvbn.check(password, words);
