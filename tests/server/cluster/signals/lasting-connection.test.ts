import { beforeEach, expect, test } from "bun:test";
import { type LastingConnection, lastingConnection } from "../../../../server/cluster/lasting-connection.ts";
import { type Clock, clock } from "../../../support/clock.ts";

interface Attempt {
  opens(): void;
  fails(error: Error): void;
  ends(): void;
  closed: boolean;
}

let time: Clock;
let bugs: unknown[];
let begun: number;
let failing: boolean;
let attempts: Attempt[];
let lasting: LastingConnection;
beforeEach(() => {
  time = clock();
  bugs = [];
  begun = 0;
  failing = false;
  attempts = [];
  lasting = lastingConnection(
    open,
    () => {
      begun++;
      if (failing) throw new Error("a bug");
    },
    time,
    (error) => bugs.push(error),
  );
});

function open(opening: (abandon: () => void) => void) {
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const attempt: Attempt = {
    opens: opened.resolve,
    fails: opened.reject,
    ends: ended.resolve,
    closed: false,
  };
  attempts.push(attempt);
  opening(() => opened.reject(new Error("abandoned")));
  const close = async () => {
    attempt.closed = true;
  };
  return opened.promise.then(() => ({ ended: ended.promise, close }));
}
const turn = () => new Promise((resolve) => setImmediate(resolve));
/** As long as it ever waits between two attempts. */
async function aWhile() {
  await turn();
  time.advance(500);
  await turn();
}

test("one that ends is closed and made again, after a while", async () => {
  attempts[0]!.opens();
  await lasting.ready;
  attempts[0]!.ends();
  await turn();
  expect(attempts).toHaveLength(1);
  expect(attempts[0]!.closed).toBe(true);
  await aWhile();
  expect(attempts).toHaveLength(2);
  expect(bugs).toEqual([]);
  expect(begun).toBe(1);
  attempts[1]!.opens();
  await turn();
  expect(begun).toBe(2);
});

test("what fails once it is open is reported, and the connection stays", async () => {
  failing = true;
  attempts[0]!.opens();
  await lasting.ready;
  await aWhile();
  expect(bugs).toEqual([new Error("a bug")]);
  expect(attempts).toHaveLength(1);
  expect(attempts[0]!.closed).toBe(false);
});

test("attempts go on however often they fail, and each interruption is reported once", async () => {
  for (let times = 0; times < 20; times++) {
    attempts.at(-1)!.fails(new Error("refused"));
    await aWhile();
  }
  expect(attempts).toHaveLength(21);
  expect(bugs).toMatchObject([{ event: "interrupted", cause: new Error("refused") }]);
  attempts.at(-1)!.opens();
  await turn();
  attempts.at(-1)!.ends();
  await aWhile();
  attempts.at(-1)!.fails(new Error("refused again"));
  await turn();
  expect(bugs).toHaveLength(2);
});

test("waiting for the first ends after two seconds", async () => {
  time.advance(2000);
  await lasting.ready;
});

test("a restart drops what there is, or the attempt that is under way, and makes another at once", async () => {
  lasting.restart();
  await turn();
  expect(attempts).toHaveLength(2);
  attempts[1]!.opens();
  await turn();
  lasting.restart();
  await turn();
  expect(attempts[1]!.closed).toBe(true);
  expect(attempts).toHaveLength(3);
  attempts[2]!.fails(new Error("refused"));
  await turn();
  lasting.restart();
  await turn();
  expect(attempts).toHaveLength(4);
  expect(bugs).toMatchObject([{ event: "interrupted", cause: new Error("refused") }]);
});

test("closing ends it: what is open, an attempt, and the waiting between two", async () => {
  attempts[0]!.fails(new Error("refused"));
  await turn();
  await lasting.close();
  const opening = lastingConnection(
    open,
    () => {},
    time,
    () => {},
  );
  await opening.close();
  const opened = lastingConnection(
    open,
    () => {},
    time,
    () => {},
  );
  attempts.at(-1)!.opens();
  await opened.ready;
  await opened.close();
  expect(attempts.at(-1)!.closed).toBe(true);
  await aWhile();
  expect(attempts).toHaveLength(3);
});
