import { afterAll } from "bun:test";
import { GlobalRegistrator } from "@happy-dom/global-registrator";

/**
 * A document for the component tests of one file, gone when the file is done; to be called once in it. Bun's own fetch
 * and WebSocket stay, so that what talks to a server really does.
 */
export function inDocument(): void {
  const { fetch, WebSocket, Request, Response, Headers, AbortController, AbortSignal } = globalThis;
  GlobalRegistrator.register({ url: "https://localhost/" });
  Object.assign(globalThis, { fetch, WebSocket, Request, Response, Headers, AbortController, AbortSignal });
  afterAll(() => GlobalRegistrator.unregister());
}
