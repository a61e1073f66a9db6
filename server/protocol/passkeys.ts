import * as v from "valibot";
import { linkToken, type SessionInfo } from "./account.ts";
import { limits } from "./limits.ts";
import { requiredLine } from "./text.ts";

/** What an authenticator says, in JSON (https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson); checked by a library. */
const text = v.pipe(v.string(), v.maxLength(limits.requestMaxBytes));
const common = {
  id: text,
  rawId: text,
  type: v.literal("public-key"),
  authenticatorAttachment: v.optional(text),
  clientExtensionResults: v.pipe(
    v.unknown(),
    v.check((results) => !Array.isArray(results), "must be an object"),
    v.record(v.string(), v.unknown()),
  ),
};
const attestation = v.object({
  ...common,
  response: v.object({
    clientDataJSON: text,
    attestationObject: text,
    authenticatorData: v.optional(text),
    transports: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(32))), v.maxLength(8))),
    publicKeyAlgorithm: v.optional(v.number()),
    publicKey: v.optional(text),
  }),
});
const assertion = v.object({
  ...common,
  response: v.object({
    clientDataJSON: text,
    authenticatorData: text,
    signature: text,
    userHandle: v.optional(text),
  }),
});

/** Names a passkey. */
export const passkeyName = v.strictObject({ name: requiredLine(limits.labelMax) });
/** Adds a passkey: what the browser made of the question with this ticket. */
export const newPasskey = v.strictObject({
  ticket: linkToken,
  response: attestation,
  ...passkeyName.entries,
});
/** Signs in, or proves who one is, by a passkey: what the browser made of the question with this ticket. */
export const passkeyAnswer = v.strictObject({ ticket: linkToken, response: assertion });

export type Attestation = v.InferOutput<typeof attestation>;
export type Assertion = v.InferOutput<typeof assertion>;
export type PasskeyAnswer = v.InferOutput<typeof passkeyAnswer>;

/** Answer of the routes that ask an authenticator something: `options` go to the browser, and `ticket` comes back with its answer. */
export interface PasskeyQuestion {
  ticket: string;
  /** As a library makes them for the browser: of a new passkey, or for one there is. */
  options: object;
}

/** Answer where a passkey was added: the session, and with the first factor of an account its recovery codes, shown never again. */
export interface AddedPasskey extends SessionInfo {
  recoveryCodes?: string[];
}

/** A passkey of one's own; answer of `GET /api/account/passkeys`, a list. Times are UTC milliseconds. */
export interface PasskeyInfo {
  id: string;
  name: string;
  /** The host name it belongs to: it works at no other. */
  rpId: string;
  createdAt: number;
  lastUsedAt: number | null;
}
