import { defineConfig } from "vite";

// One file, one tag: everything the widget needs is in widget.js.
export default defineConfig({
  build: {
    outDir: "../handoff_service/static",
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: "widget/index.ts", formats: ["iife"], name: "BatonWidget", fileName: () => "widget.js" },
  },
});
