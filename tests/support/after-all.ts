import { afterAll } from "bun:test";
import { removeFolders } from "./folder.ts";

// Loaded before all tests (bunfig.toml), so that this comes after the last of them.
afterAll(removeFolders);
