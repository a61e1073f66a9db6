import type { Judged, Verdict } from "../../server/protocol/strength.ts";
import type { StrengthThread } from "./strength.svelte.ts";
import workerUrl from "./strength-worker.ts?worker&url";

interface Rules {
  createScriptURL(url: string): string;
}

/** The part of the Trusted Types API that is used here. Not every browser has it. */
const { trustedTypes } = globalThis as {
  trustedTypes?: { createPolicy(name: string, rules: Rules): Rules };
};

/** The policy that the server's headers name: it lets one file become a thread, and no other. */
const policy: Rules = {
  createScriptURL(url) {
    if (url !== workerUrl) throw new TypeError("This is not the file that judges passwords.");
    return url;
  },
};
const trusted = trustedTypes?.createPolicy("secure-chat-worker", policy) ?? policy;

/** Starts the thread that judges passwords; its dictionaries are loaded with it. */
export function startThread(): StrengthThread {
  const worker = new Worker(trusted.createScriptURL(workerUrl), { type: "module" });
  const asked: PromiseWithResolvers<Verdict>[] = [];
  let broken: Error | null = null;

  worker.addEventListener("message", ({ data }: MessageEvent<Verdict>) => asked.shift()?.resolve(data));
  worker.addEventListener("error", (event) => {
    // The error is handled here, so it is not reported as one of the page.
    event.preventDefault();
    broken = new Error("Passwords cannot be judged here.");
    for (const { reject } of asked.splice(0)) reject(broken);
  });

  return {
    async judge(judged: Judged) {
      if (broken) throw broken;
      const answer = Promise.withResolvers<Verdict>();
      asked.push(answer);
      worker.postMessage(judged);
      return answer.promise;
    },
    close: () => worker.terminate(),
  };
}
