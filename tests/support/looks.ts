import type { BrowserContextOptions } from "playwright-core";
import { desk } from "./visitor.ts";

/**
 * In which looks the pages are judged: both schemes of colours, and the widest and the narrowest screen. What lies between them
 * is looked at where the chat itself is judged.
 */
export const looks: [string, BrowserContextOptions][] = [
  ["desk, light", { ...desk, colorScheme: "light" }],
  ["smallest phone, dark", { viewport: { width: 320, height: 568 }, colorScheme: "dark" }],
];
