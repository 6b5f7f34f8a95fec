import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `SUNRA_SERVER` is where `npm run dev` finds a running fleet server.
const server = process.env["SUNRA_SERVER"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    // MapLibre is one indivisible megabyte; it loads after the log-in page.
    chunkSizeWarningLimit: 1500,
    // Data URLs would need a wider content security policy.
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": { target: server, ws: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"], maxWorkers: 1 },
});
