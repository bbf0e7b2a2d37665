import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': here('src') } },
  // Templates are compiled at build time and messages at run time without eval, so a strict CSP holds.
  define: {
    __VUE_OPTIONS_API__: false,
    __VUE_PROD_DEVTOOLS__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_JIT_COMPILATION__: true,
    __INTLIFY_PROD_DEVTOOLS__: false,
  },
  build: {
    target: 'chrome87', // the oldest WebView met on grid workers' phones
    manifest: true,
    outDir: 'dist',
    assetsInlineLimit: 0, // an inlined font or picture would want data: in more places of the CSP
    rollupOptions: {
      input: {
        resident: here('r/index.html'),
        worker: here('w/index.html'),
        desk: here('d/index.html'),
        department: here('i/index.html'),
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})
