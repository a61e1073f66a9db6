import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import type { System } from "../system.ts";

// version (1) · nonce (12) · sealed bytes · tag (16), in base64url
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const textAt = 1 + nonceBytes;

/** Encrypts secrets that the server has to read again, so that the database alone does not reveal them. */
export type Sealer = ReturnType<typeof sealer>;

/**
 * AES-256-GCM (NIST SP 800-38D) under a key of its own, derived from the pepper (HKDF-SHA-256, RFC 5869). Nonces are
 * random: 96 bits are far from repeating for the few secrets of a chat.
 */
export function sealer(pepper: Uint8Array, { random }: Pick<System, "random">) {
  const key = new Uint8Array(hkdfSync("sha256", pepper, "", "secure-chat secrets of factors", 32));

  return {
    /** Seals a secret for a `place`; it does not open at another. */
    seal(secret: Uint8Array, place: string): string {
      const head = Buffer.concat([Uint8Array.of(version), random(nonceBytes)]);
      const cipher = createCipheriv("aes-256-gcm", key, head.subarray(1));
      cipher.setAAD(Buffer.concat([head, Buffer.from(place)]));
      return Buffer.concat([head, cipher.update(secret), cipher.final(), cipher.getAuthTag()]).toString(
        "base64url",
      );
    },

    /** Opens a sealed secret; null when it was altered, or sealed under another pepper or for another place. */
    open(sealed: string, place: string): Uint8Array | null {
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length < textAt + tagBytes || bytes[0] !== version) return null;
      const head = bytes.subarray(0, textAt);
      const decipher = createDecipheriv("aes-256-gcm", key, head.subarray(1), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.concat([head, Buffer.from(place)]));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      const secret = decipher.update(bytes.subarray(textAt, -tagBytes));
      try {
        decipher.final();
      } catch {
        return null; // This is how the cipher says that it was altered.
      }
      return secret;
    },
  };
}
