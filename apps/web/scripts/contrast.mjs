// Fails when a pair of colours in src/tokens.json is below its WCAG 2.2 contrast (4.5 for text, 3 for marks), in either theme.
import { readFileSync } from 'node:fs'

const { colours, pairs } = JSON.parse(readFileSync(new URL('../src/tokens.json', import.meta.url), 'utf8'))
const NEEDED = { text: 4.5, mark: 3 }

// Relative luminance and ratio as WCAG 2.2 defines them.
const linear = (channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4)
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => linear(Number.parseInt(hex.slice(i, i + 2), 16) / 255))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}

const failures = []
for (const { ink, on, as } of pairs) {
  for (const theme of ['light', 'dark']) {
    const ratio = contrast(colours[ink][theme], colours[on][theme])
    if (ratio < NEEDED[as]) failures.push(`${theme}: ${ink} on ${on} has ${ratio.toFixed(2)}, needs ${NEEDED[as]}`)
  }
}
for (const failure of failures) console.error(failure)
console.log(`contrast: ${pairs.length} pairs in 2 themes, ${failures.length} below target`)
process.exitCode = failures.length === 0 ? 0 : 1
