import { createHmac } from "node:crypto";
import type { CodeOffer, RecoveryCodes } from "../../server/protocol/second-factor.ts";
import type { Person } from "./person.ts";

/** An authenticator app as RFC 6238 describes it, which shares no code with the server. */
export class Authenticator {
  readonly #key: Buffer;

  constructor(secret: string) {
    this.#key = fromBase32(secret);
  }

  /** The code at a moment, UTC milliseconds; so many steps of half a minute later, where that is said. */
  at(now: number, steps = 0): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + steps));
    const hash = createHmac("sha1", this.#key).update(counter).digest();
    const number = hash.readUInt32BE(hash.at(-1)! & 0x0f) & 0x7f_ff_ff_ff;
    return String(number % 1_000_000).padStart(6, "0");
  }
}

/** RFC 4648, section 6. */
function fromBase32(text: string): Buffer {
  const values = Array.from(text, (letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter));
  const bits = values.map((value) => value.toString(2).padStart(5, "0")).join("");
  return Buffer.from(bits.match(/.{8}/g)!.map((byte) => Number.parseInt(byte, 2)));
}

/** Sets up an authenticator app for somebody who is signed in; `now` is the server's time. */
export async function enrol(person: Person, now: () => number) {
  const offered = await person.fetch("POST", "/api/account/code", {});
  if (offered.status !== 201) throw new Error(`No app was offered: ${await offered.text()}`);
  const { ticket, secret } = (await offered.json()) as CodeOffer;
  const app = new Authenticator(secret);
  const confirmed = await person.fetch("PUT", "/api/account/code", { ticket, code: app.at(now()) });
  if (confirmed.status !== 200) throw new Error(`The app was not taken: ${await confirmed.text()}`);
  const { recoveryCodes } = (await confirmed.json()) as RecoveryCodes;
  return { app, secret, recoveryCodes };
}

/** The second step of signing in. */
export const give = (person: Person, code: string): Promise<Response> =>
  person.fetch("POST", "/api/session/code", { code });
