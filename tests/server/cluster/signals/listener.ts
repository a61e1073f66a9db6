import type { Signal } from "../../../../server/cluster/signal.ts";
import type { Signals } from "../../../../server/cluster/signals.ts";
import type { ConversationId } from "../../../../server/protocol/conversation-id.ts";
import type { Message } from "../../../../server/protocol/events.ts";

/** What one node hears of the others. */
export class Listener {
  readonly heard: { signal: Signal; from: string }[] = [];
  began = 0;
  #said = new Set<() => void>();

  /** Begins to listen, and waits until it does. */
  async to(signals: Signals): Promise<this> {
    await signals.listen(
      (signal, from) => this.#tell(() => this.heard.push({ signal, from })),
      () => this.#tell(() => this.began++),
    );
    return this;
  }

  /** Waits until this holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const more = Promise.withResolvers<void>();
      this.#said.add(more.resolve);
      await more.promise;
    }
  }

  /** Waits for the presence with this number. */
  async reaches(rev: number): Promise<void> {
    await this.until(() => this.revs.at(-1) === rev);
  }

  get signals(): Signal[] {
    return this.heard.map(({ signal }) => signal);
  }

  get revs(): number[] {
    return this.signals.flatMap((signal) => (signal.kind === "presence" ? [signal.rev] : []));
  }

  #tell(note: () => void) {
    note();
    for (const tell of this.#said) tell();
    this.#said.clear();
  }
}

export const presence = (rev: number): Signal => ({
  kind: "presence",
  rev,
  users: [{ user: rev, sockets: 1, quiet: false }],
});

export const messageAt = (conversation: ConversationId, rev: number, text = `text ${rev}`): Message => ({
  conversation,
  seq: rev,
  rev,
  author: 1,
  clientId: "019ab3c2-7f60-7cc3-9d5a-2b1f0c9e4a77",
  body: { text },
  createdAt: 1_790_000_000_000,
});

/** The signal that a conversation has grown by these texts. */
export function grown(conversation: ConversationId, first: number, texts: string[]): Signal {
  const messages = texts.map((text, at) => messageAt(conversation, first + at, text));
  return { kind: "grown", conversation, first, head: first + texts.length - 1, messages };
}

/** The numbers the signals tell of one conversation, in the order told, each with its text where that came along. */
export function said(signals: Signal[], conversation: ConversationId): [number, string | null][] {
  return signals.flatMap((signal) => {
    if (signal.kind !== "grown" || signal.conversation !== conversation) return [];
    const { first, head, messages } = signal;
    return Array.from({ length: head - first + 1 }, (_, at): [number, string | null] => {
      const message = messages?.[at];
      return [message?.rev ?? first + at, message?.body.text ?? null];
    });
  });
}
