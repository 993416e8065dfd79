// Build of the web pages. One entry per shell (desk now; phone and wall join here); api, i18n and stores are shared.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  plugins: [
    vue(),
    // Element Plus by component, each with its own style sheet, so that a page loads what it shows.
    components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
  ],
  resolve: { alias: { '@': here('./src') } },
  build: {
    target: 'chrome86',
    cssTarget: 'chrome86',
    outDir: 'dist',
    assetsDir: 'assets',
    modulePreload: { polyfill: false },
    // A data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    manifest: 'assets/manifest.json',
    chunkSizeWarningLimit: 900,
    rollupOptions: { input: { desk: here('./index.html') } },
  },
  server: {
    port: 18361,
    proxy: { '/api': { target: process.env.XIAOHAO_URL ?? 'http://127.0.0.1:8330', changeOrigin: false } },
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'], server: { deps: { inline: ['element-plus'] } } },
})
