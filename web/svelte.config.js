/** Runes everywhere, so that a component cannot fall back to the old reactivity by accident. */
export default {
  compilerOptions: { runes: true },
  vitePlugin: {
    dynamicCompileOptions: ({ filename }) => (filename.includes("node_modules") ? { runes: undefined } : {}),
  },
};
