/** Bounds that both sides of the wire know. Sizes are bytes of UTF-8 unless said otherwise; times are milliseconds. */
export const limits = {
  nameMin: 3,
  nameMax: 20,
  /** Characters, so below. What is said of a name, a device, an invitation or a reason. */
  labelMax: 60,
  linkTokenMax: 64,
  chatNameMax: 40,
  welcomeMax: 500,
  reasonMax: 300,
  /** Four weeks. */
  muteMaxMinutes: 40_320,
  passwordMin: 8,
  /** Bytes, so that "any length up to 256 counts to the last byte" means the same on both sides. */
  passwordMaxBytes: 256,
  messageMaxBytes: 16_384,
  /** A command frame above this closes the socket (1009). JSON may escape a byte into six, so it is well above a message. */
  frameMaxBytes: 131_072,
  /** A request body above this is refused unread. */
  requestMaxBytes: 16_384,
  /** How long a server is silent at most; a client that hears nothing for longer has reason to ask. */
  heartbeatMs: 13_000,
  jsonMaxDepth: 16,
  refMax: 64,
  historyPage: 50,
  historyPageMax: 200,
  /** A page of history or catch-up ends early when its bodies exceed this. */
  pageMaxBytes: 262_144,
  syncPage: 200,
  /** Unread messages are counted up to this; a client shows "99+". */
  unreadMax: 100,
} as const;

/** The version of this protocol. A client that meets another one reloads itself. */
export const protocolVersion = 3;
