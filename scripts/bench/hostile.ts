/** How much of the hostile client is on its way at once. */
export const atOnce = 16;

/** One hostile client, for as long as it has: what it is told, as a program of its own, in its first argument. */
export interface Orders {
  port: number;
  flood: string;
  forMs: number;
  /** Of an account of its own. */
  cookie: string;
  name: string;
}

interface Means {
  name: string;
  ask(path: string, method: string, body?: object, more?: RequestInit): Promise<unknown>;
  /** Opens a socket, sends that much as fast as it can, and waits until it is closed or everything was answered. */
  send(frames: number, frame: string): Promise<unknown>;
}

/** What a client can ask for that costs more than it takes to ask, with an account or without one. */
export const floods: Record<string, (by: Means) => Promise<unknown>> = {
  "wrong passwords": ({ ask, name }) => ask("/api/session", "POST", { name, password: "not the password" }),
  "unknown names": ({ ask }) => ask("/api/session", "POST", { name: "nobody-of-that-name", password: "no" }),
  "new accounts": ({ ask }) =>
    ask("/api/account", "POST", { name: "newcomer", password: "a fine long password" }),
  "invitations tried": ({ ask }) => ask("/api/invitation", "POST", { token: `1-${"A".repeat(22)}` }),
  "reset links tried": ({ ask }) => ask("/api/reset/check", "POST", { token: "A".repeat(43) }),
  "questions for passkeys": ({ ask }) => ask("/api/passkeys/question", "POST", {}),
  "codes tried": ({ ask }) => ask("/api/proof", "POST", { code: "123456" }),
  "the list of devices": ({ ask }) => ask("/api/account/sessions", "GET"),
  "all of one's data": ({ ask }) => ask("/api/account/export", "POST", { format: "json" }),
  reports: ({ ask }) => ask("/api/reports", "POST", { conversation: "group", seq: 1, reason: "" }),
  "what is no JSON": ({ ask }) => ask("/api/session", "POST", { name: "x".repeat(15_000) }),
  "a connection each": ({ ask }) => ask("/api/session", "GET", undefined, { keepalive: false }),
  "frames of a socket": ({ send }) => send(2_000, JSON.stringify({ type: "ping", ref: "x" })),
  "large frames": ({ send }) => send(200, "x".repeat(100_000)),
};

/** Goes on until the time is over; gives how often it was answered. */
async function attack({ port, flood, forMs, cookie, name }: Orders): Promise<number> {
  const origin = `https://localhost:${port}`;
  const headers = { Origin: origin, Cookie: cookie };
  const tls = { rejectUnauthorized: false };
  const means: Means = {
    name,
    async ask(path, method, body, more) {
      const answer = await fetch(origin + path, {
        method,
        headers: { "Content-Type": "application/json", ...headers },
        body: JSON.stringify(body),
        tls,
        ...more,
      });
      await answer.arrayBuffer();
    },
    send: (frames, frame) =>
      new Promise((resolve) => {
        // The types know only the protocols that a browser can give here.
        const options = { headers, tls } as unknown as string[];
        const socket = new WebSocket(`${origin.replace("https", "wss")}/api/socket`, options);
        let answers = 0;
        socket.onopen = () => {
          for (let at = 0; at < frames; at++) socket.send(frame);
        };
        socket.onmessage = () => {
          if (++answers === frames) socket.close();
        };
        socket.onclose = resolve;
      }),
  };
  const end = performance.now() + forMs;
  let answered = 0;
  const go = async () => {
    while (performance.now() < end) {
      await floods[flood]!(means);
      answered++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, go));
  return answered;
}

if (import.meta.main) console.log(await attack(JSON.parse(Bun.argv[2]!)));
