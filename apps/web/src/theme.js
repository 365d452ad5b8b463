// Runs before the first paint (a blocking script in the head), so that a chosen theme never flashes the other one.
// hooks/useSettings.ts writes the same key.
try {
  const { theme } = JSON.parse(localStorage.getItem('stacklens.settings') ?? '{}')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is closed or holds something else: the system's theme is right then.
}
