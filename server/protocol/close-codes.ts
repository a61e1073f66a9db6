/**
 * Why a socket was closed. 4000 to 4499: come back and catch up. 4500 to 4999: stay away until a person acts.
 * Besides these: 1001 (the server stops or restarts: come back), 1009 (frame too large: stay away), and 1006, which
 * is no code but the absence of one (the network failed: come back).
 */
export const closeCodes = {
  /** The client did not read as fast as others wrote. Come back and catch up. */
  tooSlow: 4000,
  /** Far too many frames. Come back, a second later at the earliest. */
  flooding: 4001,
  /** The server stops, or the session's cookie was replaced. Come back. */
  restarting: 4002,
  /** The server cannot reach its database; another node may serve. Come back. */
  cutOff: 4003,
  /** The session was ended, here or from elsewhere. Sign in. */
  signedOut: 4500,
  /** A week without use, or thirty days, were over. Sign in. */
  sessionExpired: 4501,
  /** The account is gone. */
  accountDeleted: 4502,
  /** The user has too many sockets open; the newest is closed, after opening. Close another, or try again with a growing delay. */
  tooManySockets: 4503,
  /** The account was suspended or banned. */
  accountBarred: 4504,
  /** The account or the chat asks for a second factor now. `GET /api/session` says what is missing; come back when its stage is `open`. */
  proofNeeded: 4505,
} as const;

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];

/** Whether a client should reconnect by itself after this close code. */
export const shouldReconnect = (code: number): boolean => code !== 1009 && code < 4500;
