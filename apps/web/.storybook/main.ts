import type { StorybookConfig } from '@storybook/react-vite'
import type { PluginOption } from 'vite'

const config: StorybookConfig = {
  framework: '@storybook/react-vite',
  stories: ['../src/**/*.stories.tsx'],
  addons: ['@storybook/addon-a11y'],
  staticDirs: [{ from: '../node_modules/msw/lib/mockServiceWorker.js', to: '/mockServiceWorker.js' }],
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  // The page's own plugin belongs to index.html, which Storybook does not have.
  viteFinal: (vite) => ({ ...vite, plugins: without('theme-before-paint', vite.plugins) }),
}
export default config

function without(name: string, plugins: PluginOption[] | undefined): PluginOption[] {
  return (plugins ?? []).filter((plugin) => !(plugin && 'name' in plugin && plugin.name === name))
}
