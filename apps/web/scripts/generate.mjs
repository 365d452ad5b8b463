// Writes what is made from data: the API types from openapi.json, the colour variables from tokens.json.
// With --check nothing is written; the script fails when a committed file is not what it would write.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const root = new URL('../', import.meta.url)
const at = (path) => new URL(path, root)
const NOTE = 'Made by `npm run generate`. Do not edit.'

const typesOf = async () => `// ${NOTE}\n${astToString(await openapiTS(at('openapi.json')))}`

function stylesheetOf(tokens) {
  const variables = Object.entries(tokens.colours).map(
    ([name, { light, dark }]) => `  --color-${name}: light-dark(${light}, ${dark});`,
  )
  return `/* ${NOTE} */\n@theme static {\n  --color-*: initial;\n${variables.join('\n')}\n}\n`
}

const outputs = {
  'src/api/generated.d.ts': typesOf,
  'src/tokens.css': async () => stylesheetOf(JSON.parse(readFileSync(at('src/tokens.json'), 'utf8'))),
}

let stale = 0
for (const [path, make] of Object.entries(outputs)) {
  const wanted = await make()
  if (!process.argv.includes('--check')) {
    writeFileSync(at(path), wanted)
    console.log(`wrote ${fileURLToPath(at(path))}`)
  } else if (readFileSync(at(path), 'utf8') !== wanted) {
    stale += 1
    console.error(`${path} is not up to date: run \`npm run generate\` and commit it`)
  }
}
process.exitCode = stale === 0 ? 0 : 1
