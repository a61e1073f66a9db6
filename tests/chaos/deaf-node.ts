import { startNode } from "../support/nodes.ts";

/**
 * A node that has been robbed of what makes up for lost signals: when it looks, it is shown no conversation that has
 * grown. And it loses most of its signals.
 */
const { DATABASE_URL, PORT, ORIGINS, MESSAGES_PER_MINUTE, MESSAGE_BURST } = process.env;

const node = await startNode({
  url: DATABASE_URL!,
  port: Number(PORT),
  env: { ORIGINS, MESSAGES_PER_MINUTE, MESSAGE_BURST } as Record<string, string>,
  spoil({ registry, signals }) {
    const { poll } = registry;
    registry.poll = async (since) => ({ ...(await poll(since)), grown: [] });
    const send = signals.send.bind(signals);
    signals.send = (signal) => {
      if (signal.kind !== "grown" || Math.random() > 0.7) send(signal);
    };
  },
});
process.on("SIGTERM", () => void node.stop().then(() => process.exit(0)));
console.log(`${node.origin}\nPress Ctrl-C to stop.`);
