import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { System } from "../system.ts";

// version (1) · salt (16) · nonce (12) · sealed text · tag (16)
const version = 1;
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const nonceAt = 1 + saltBytes;
const textAt = nonceAt + nonceBytes;
/** How many bytes sealed text has more. */
export const sealRim: number = textAt + tagBytes;
/** What the keys are for, so that nothing else that is made of the same secret opens here. */
const purpose = "secure_chat";
/** How many keys of others are kept; a node makes one at each start. */
const keysMax = 1000;

/** Makes text unreadable and unalterable for whoever does not have the secret. */
export interface Seal {
  close(text: string): Uint8Array;
  /** The text, or null when it was not sealed with the same secret. */
  open(sealed: Uint8Array): string | null;
}

/**
 * AES-256-GCM, as NIST SP 800-38D describes it. Each process derives a key of its own from the secret all nodes share
 * (HKDF, RFC 5869), so that random nonces stay far from repeating under one key.
 */
export function seal(secret: Uint8Array, system: System): Seal {
  const own = system.random(saltBytes);
  const ownKey = keyFor(secret, own);
  const keys = new Map<string, Uint8Array>();

  return {
    close(text) {
      const nonce = system.random(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", ownKey, nonce);
      const head = Buffer.concat([Uint8Array.of(version), own, nonce]);
      cipher.setAAD(Buffer.concat([head, Buffer.from(purpose)]));
      const sealed = [cipher.update(text, "utf8"), cipher.final()];
      return Buffer.concat([head, ...sealed, cipher.getAuthTag()]);
    },
    open(sealed) {
      if (sealed.length < textAt + tagBytes || sealed[0] !== version) return null;
      const salt = Buffer.from(sealed.subarray(1, nonceAt)).toString("hex");
      const key = keys.get(salt) ?? keyFor(secret, sealed.subarray(1, nonceAt));
      const text = opened(sealed, key);
      // Only a key that has opened something is kept, so that nobody without the secret can fill the memory.
      if (text !== null && !keys.has(salt)) {
        keys.set(salt, key);
        if (keys.size > keysMax) keys.delete(keys.keys().next().value!);
      }
      return text;
    },
  };
}

const keyFor = (secret: Uint8Array, salt: Uint8Array) =>
  new Uint8Array(hkdfSync("sha256", secret, salt, `secure-chat signals ${purpose}`, 32));

function opened(sealed: Uint8Array, key: Uint8Array): string | null {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(nonceAt, textAt), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.concat([sealed.subarray(0, textAt), Buffer.from(purpose)]));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const text = decipher.update(sealed.subarray(textAt, -tagBytes));
  try {
    decipher.final();
  } catch {
    return null; // Altered, or sealed with another secret: this is how the cipher says so.
  }
  return text.toString("utf8");
}
