import { readFileSync } from 'node:fs'
import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const SERVER = 'http://127.0.0.1:8000'

/**
 * Puts src/theme.js into the head as a plain blocking script of its own file. Vite would make it a deferred module,
 * which runs after the first paint, and the page's Content-Security-Policy allows no inline script.
 */
function themeBeforePaint(): Plugin {
  let file = '/src/theme.js'
  return {
    name: 'theme-before-paint',
    generateBundle() {
      const source = readFileSync(new URL('src/theme.js', import.meta.url), 'utf8')
      file = `/${this.getFileName(this.emitFile({ type: 'asset', name: 'theme.js', source }))}`
    },
    transformIndexHtml: {
      order: 'post',
      handler: () => [{ tag: 'script', attrs: { src: file }, injectTo: 'head' }],
    },
  }
}

export default defineConfig({
  plugins: [react(), tailwindcss(), themeBeforePaint()],
  build: {
    outDir: '../../src/stacklens/api/web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { host: '127.0.0.1', proxy: { '/api': SERVER, '/ws': { target: SERVER, ws: true } } },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
    testTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: ['src/{api,realtime,alerts,hooks,components,pages}/**/*.{ts,tsx}'],
      exclude: ['**/*.stories.tsx', '**/*.test.{ts,tsx}', '**/*.d.ts'],
      thresholds: { lines: 95, branches: 90, functions: 95, statements: 95 },
    },
  },
})
