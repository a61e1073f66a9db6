import { plugin } from "bun";

/**
 * Lets `bun test` import the client: compiles components and rune modules, and loads Svelte's browser build in place
 * of the one for servers (`--conditions browser` would do that for every package, the server's too). Costs nothing
 * until a test imports Svelte.
 */
const types = new Bun.Transpiler({ loader: "ts" });

plugin({
  name: "svelte",
  setup(build) {
    build.onLoad({ filter: /svelte\/src\/.*(index|legacy)-server\.js$/ }, ({ path }) => ({
      contents: `export * from ${JSON.stringify(path.replace(/-server\.js$/, "-client.js"))};`,
      loader: "js",
    }));
    build.onLoad({ filter: /esm-env\/browser-fallback\.js$/ }, () => ({
      contents: "export default true;",
      loader: "js",
    }));
    build.onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { compile } = await import("svelte/compiler");
      const { js } = compile(await Bun.file(path).text(), {
        filename: path,
        generate: "client",
        css: "external",
      });
      return { contents: js.code, loader: "js" };
    });
    build.onLoad({ filter: /\.svelte\.(ts|js)$/ }, async ({ path }) => {
      const { compileModule } = await import("svelte/compiler");
      const source = types.transformSync(await Bun.file(path).text());
      return {
        contents: compileModule(source, { filename: path, generate: "client" }).js.code,
        loader: "js",
      };
    });
  },
});
