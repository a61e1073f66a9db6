import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";
import { precompress } from "./precompress.ts";

const firstTheme = "/app/first-theme.ts";
const here = (path: string): string => new URL(path, import.meta.url).pathname;

export default defineConfig({
  root: here("."),
  plugins: [svelte(), headScript(), quiet(), precompress()],
  // The client imports the protocol and its packages; nothing else outside `web/` is anybody's business.
  resolve: {
    // Parts of markdown-it that are switched off here, and half of its size.
    alias: {
      entities: here("chat/markdown/left-out.ts"),
      mdurl: here("chat/markdown/left-out.ts"),
      "linkify-it": here("chat/markdown/left-out.ts"),
      "punycode.js": here("chat/markdown/left-out.ts"),
    },
  },
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

/** Builds the script in the head, which no module can be. With its hash in its name browsers keep it, so that no paint waits for the network. */
function headScript(): Plugin {
  const source = readFileSync(here(`.${firstTheme}`));
  const fileName = `assets/first-theme-${createHash("sha256").update(source).digest("base64url").slice(0, 8)}.js`;
  return {
    name: "head-script",
    apply: "build",
    buildStart() {
      this.emitFile({ type: "asset", fileName, source });
    },
    transformIndexHtml: { order: "post", handler: (html) => html.replace(firstTheme, `/${fileName}`) },
  };
}

/** Takes out what highlight.js would write into people's consoles. */
function quiet(): Plugin {
  return {
    name: "quiet",
    apply: "build",
    transform: {
      filter: { id: /highlight\.js\/(?:lib|es)\/core/ },
      handler: (code) => code.replaceAll("console.log(", "(() => {})("),
    },
  };
}
