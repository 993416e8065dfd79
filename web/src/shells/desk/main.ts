// The desk's entry: everything it shares with the other shells lives in api, i18n, stores, components and views.
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import '@/styles/base.css'
import { currentLocale, i18n, setLocale } from '@/i18n'
import App from './App.vue'
import { makeRouter } from './router'

// A path such as /sites/ID (on a printed plate) opens the page of that name.
if (location.pathname !== '/' && !location.hash) history.replaceState(null, '', `/#${location.pathname}${location.search}`)

setLocale(currentLocale())
const app = createApp(App)
app.use(createPinia()).use(i18n)
const router = makeRouter()
app.use(router)
app.mount('#app')

// After an upgrade an open page asks for parts that are gone: load it afresh, once.
window.addEventListener('vite:preloadError', (event) => {
  if (sessionStorage.getItem('xiaohao.reloaded')) return
  event.preventDefault()
  sessionStorage.setItem('xiaohao.reloaded', '1')
  location.reload()
})
router.afterEach(() => sessionStorage.removeItem('xiaohao.reloaded'))
