// Fails when what the browser loads is over budget (gzip, kB = 1,000 bytes). The budgets are those of the console contract.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { builtFiles, OUT } from './built.mjs'

const BUDGET_KB = { js: 140, css: 12 }

let over = 0
for (const [kind, budget] of Object.entries(BUDGET_KB)) {
  const bytes = builtFiles(new RegExp(`\\.${kind}\\.gz$`)).reduce(
    (sum, path) => sum + statSync(join(OUT, path)).size,
    0,
  )
  if (bytes === 0) throw new Error(`no ${kind} found in ${OUT}: run \`npm run build\` first`)
  if (bytes > budget * 1000) over += 1
  console.log(`${kind}: ${(bytes / 1000).toFixed(1)} kB gzip of ${budget}`)
}
process.exitCode = over === 0 ? 0 : 1
