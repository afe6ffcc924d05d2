import { defineConfig } from "vite";

// The page and the API have one origin, as behind a proxy in production: cookies need no more.
const proxy = { "/api": process.env.API_URL ?? "http://127.0.0.1:8000" };

export default defineConfig({ server: { proxy }, preview: { proxy } });
