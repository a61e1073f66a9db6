import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import type { Assertion, Attestation } from "../../server/protocol/passkeys.ts";
import type { Person, Reachable } from "./person.ts";

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest();
const base64url = (data: Uint8Array | string) => Buffer.from(data).toString("base64url");

interface Credential {
  id: Buffer;
  rpId: string;
  userHandle: string;
  key: KeyObject;
  counter: number;
}

/** What a device may be told to do otherwise than a good one does. */
export interface Deviation {
  /** The page that its browser says it is on. */
  origin?: string;
  rpId?: string;
  /** Leaves out that it has verified who is using it. */
  unverified?: boolean;
  /** A counter of uses that does not grow. */
  counter?: number;
  /** Signs something else. */
  spoilSignature?: boolean;
  /** Answers another question than the one that was asked. */
  challenge?: string;
  /** The id of a passkey that it does not have, or of one that there is already. */
  id?: string;
  /** Whose it says the passkey is; null says nothing. */
  userHandle?: string | null;
  /** What it states about itself beside its new key, with a signature of this by that key or another. */
  statement?: (signed: Buffer, key: KeyObject) => Statement;
}

export interface Statement {
  fmt: string;
  attStmt: Map<CborKey, Cbor>;
}

interface Options {
  challenge: string;
  rpId?: string;
  rp?: { id?: string };
  user?: { id: string };
}

/**
 * An authenticator with the browser around it, as https://www.w3.org/TR/webauthn-3/ describes them, which shares no code
 * with the server. Its keys are on the curve P-256, and it keeps them by the page they belong to.
 */
export class PasskeyDevice {
  readonly passkeys: Credential[] = [];

  readonly #page: Reachable;

  constructor(page: Reachable) {
    this.#page = page;
  }

  /** Makes a passkey (section 5.1.3); answers what `navigator.credentials.create` does. */
  create({ challenge, rp, user }: Options, odd: Deviation = {}): Attestation {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const { x, y } = publicKey.export({ format: "jwk" });
    const id = odd.id ? Buffer.from(odd.id, "base64url") : randomBytes(32);
    const rpId = odd.rpId ?? rp!.id!;
    this.passkeys.push({ id, rpId, userHandle: user!.id, key: privateKey, counter: 0 });
    // A key of type EC2 for ES256 (RFC 9053, section 7.1.1).
    const key = cbor(
      new Map<CborKey, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x!, "base64url")],
        [-3, Buffer.from(y!, "base64url")],
      ]),
    );
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const made = Buffer.concat([Buffer.alloc(16), length, id, key]);
    const authData = Buffer.concat([authenticatorData(rpId, 0x40 | flagsOf(odd), odd.counter ?? 0), made]);
    const clientData = this.#clientData("webauthn.create", challenge, odd);
    const signed = Buffer.concat([authData, sha256(clientData)]);
    const { fmt, attStmt } = odd.statement?.(signed, privateKey) ?? { fmt: "none", attStmt: new Map() };
    const attestationObject = cbor(
      new Map<CborKey, Cbor>([
        ["fmt", fmt],
        ["attStmt", attStmt],
        ["authData", authData],
      ]),
    );
    return {
      ...named(base64url(id)),
      response: {
        clientDataJSON: base64url(clientData),
        attestationObject: base64url(attestationObject),
        transports: ["internal"],
      },
    };
  }

  /** Answers a question with the latest passkey of the page (section 5.1.4), as `navigator.credentials.get` does. */
  get({ challenge, rpId }: Options, odd: Deviation = {}, which = this.passkeys.at(-1)!): Assertion {
    which.counter += 1;
    const authData = authenticatorData(odd.rpId ?? rpId!, flagsOf(odd), odd.counter ?? which.counter);
    const clientData = this.#clientData("webauthn.get", challenge, odd);
    const signed = Buffer.concat([authData, sha256(odd.spoilSignature ? "something else" : clientData)]);
    const handle = odd.userHandle === undefined ? which.userHandle : odd.userHandle;
    return {
      ...named(odd.id ?? base64url(which.id)),
      response: {
        clientDataJSON: base64url(clientData),
        authenticatorData: base64url(authData),
        signature: base64url(createSign("sha256").update(signed).sign(which.key)),
        ...(handle === null ? {} : { userHandle: handle }),
      },
    };
  }

  /** What a page was asked, as the authenticator is told (section 5.8.1). */
  #clientData(type: string, challenge: string, odd: Deviation): string {
    return JSON.stringify({
      type,
      challenge: odd.challenge ?? challenge,
      origin: odd.origin ?? this.#page.origin,
      crossOrigin: false,
    });
  }
}

const named = (id: string) => ({
  id,
  rawId: id,
  type: "public-key" as const,
  clientExtensionResults: {},
});

/** That a user was present, and verified unless that is left out. */
const flagsOf = ({ unverified }: Deviation) => (unverified ? 0x01 : 0x05);

/** Section 6.1. */
function authenticatorData(rpId: string, flags: number, counter: number): Buffer {
  const rest = Buffer.alloc(5);
  rest.writeUInt8(flags);
  rest.writeUInt32BE(counter, 1);
  return Buffer.concat([sha256(rpId), rest]);
}

export type CborKey = string | number;
export type Cbor = string | number | Buffer | Cbor[] | Map<CborKey, Cbor>;

/** RFC 8949, as far as an authenticator needs it. */
function cbor(value: Cbor): Buffer {
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string")
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map((each) => cbor(each))]);
}

function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([(major << 5) | value]);
  if (value < 256) return Buffer.from([(major << 5) | 24, value]);
  return Buffer.from([(major << 5) | 25, value >> 8, value & 0xff]);
}

/** The question that somebody is asked: for a passkey, or for a new one. */
export async function questionFor(person: Person, path: "passkeys/question" | "account/passkey-question") {
  const asked = await person.fetch("POST", `/api/${path}`, {});
  if (asked.status !== 200) throw new Error(`There was no question: ${await asked.text()}`);
  return (await asked.json()) as { ticket: string; options: Options };
}

/** Adds a passkey of this device to somebody's account. */
export async function addPasskey(
  person: Person,
  device: PasskeyDevice,
  name = "Phone",
  odd: Deviation = {},
): Promise<Response> {
  const { ticket, options } = await questionFor(person, "account/passkey-question");
  return person.fetch("POST", "/api/account/passkeys", {
    ticket,
    name,
    response: device.create(options, odd),
  });
}

/** Answers with a passkey of this device: to sign in, or as a proof. */
export async function usePasskey(
  person: Person,
  device: PasskeyDevice,
  to: "session" | "proof" = "session",
  odd: Deviation = {},
): Promise<Response> {
  const { ticket, options } = await questionFor(person, "passkeys/question");
  return person.fetch("POST", `/api/${to}/passkey`, { ticket, response: device.get(options, odd) });
}
