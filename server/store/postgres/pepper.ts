import { createHmac } from "node:crypto";

/** What a database keeps to know the pepper again that its passwords were hashed with; it says nothing about the pepper. */
export const markOfPepper = (pepper: Uint8Array): string =>
  createHmac("sha256", pepper).update("the mark of the pepper").digest("hex");
