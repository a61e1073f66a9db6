import type { Command } from "../../../server/protocol/commands.ts";
import type { ChatEvent } from "../../../server/protocol/events.ts";

/** One end of a connection as the browser would give it; the test is the network and the server. */
export class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;
  readonly sent: Command[] = [];
  closedByClient = false;

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(): void {
    this.closedByClient = true;
  }

  accept(): void {
    this.onopen?.();
  }
  deliver(...events: ChatEvent[]): void {
    this.onmessage?.({ data: JSON.stringify(events) });
  }
  cut(code = 1006): void {
    this.onclose?.({ code });
  }
}

/** A constructor for sockets that nobody answers but the test; `all` has them in the order they were made. */
export function fakeSockets() {
  const all: FakeSocket[] = [];
  class Socket extends FakeSocket {
    constructor() {
      super();
      all.push(this);
    }
  }
  return {
    all,
    WebSocket: Socket as unknown as new (url: string) => WebSocket,
    get last(): FakeSocket {
      return all.at(-1)!;
    },
  };
}
