import { defineConfig } from "vite";

export default defineConfig({
  root: "desk",
  base: "/desk/",
  build: {
    outDir: "../../handoff_service/static/desk",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: false,
    // A data: URL would need more than the page's `img-src 'self'` allows.
    assetsInlineLimit: 0,
  },
});
