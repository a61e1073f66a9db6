import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { precompress } from "./precompress.ts";

const here = (path: string): string => new URL(path, import.meta.url).pathname;

export default defineConfig({
  root: here("."),
  plugins: [svelte(), precompress()],
  // The client imports the protocol and its packages; nothing else outside `web/` is anybody's business.
  server: { fs: { strict: true, allow: [here("."), here("../server/protocol"), here("../node_modules")] } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: false,
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    // Fonts and icons stay files: the policy of the page allows no data URLs but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
