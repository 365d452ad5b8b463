import type { Decorator, Preview } from '@storybook/react-vite'
import { useEffect } from 'react'
import '../src/styles.css'

const themed: Decorator = (Story, { globals }) => {
  const { theme } = globals
  useEffect(() => {
    document.documentElement.dataset.theme = theme
  }, [theme])
  return <Story />
}

const preview: Preview = {
  decorators: [themed],
  initialGlobals: { theme: 'light' },
  globalTypes: {
    theme: { toolbar: { title: 'Theme', icon: 'contrast', items: ['light', 'dark'], dynamicTitle: true } },
  },
  parameters: {
    a11y: { test: 'error' },
    // The page brings its own background; Storybook's would hide a missing one.
    backgrounds: { disable: true },
  },
}
export default preview
