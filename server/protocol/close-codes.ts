/**
 * Why a socket was closed. 4000 to 4499: come back and catch up. 4500 to 4999: stay away until a person acts.
 * Besides these: 1001 (the server stops or restarts: come back), 1009 (frame too large: stay away), and 1006, which
 * is no code but the absence of one (the network failed: come back).
 */
export const closeCodes = {
  tooSlow: 4000,
  flooding: 4001,
  restarting: 4002,
  cutOff: 4003,
  signedOut: 4500,
  sessionExpired: 4501,
  accountDeleted: 4502,
  tooManySockets: 4503,
  accountBarred: 4504,
  proofNeeded: 4505,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** Whether a client should reconnect by itself after this close code. */
export const shouldReconnect = (code: number): boolean => code !== 1009 && code < 4500;
