// Writes .gz and .br beside each built text file, so that the server compresses nothing while it answers.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { builtFiles, OUT } from './built.mjs'

const files = builtFiles(/\.(js|css|html|svg)$/)
for (const path of files.map((name) => join(OUT, name))) {
  const plain = readFileSync(path)
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }))
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }),
  )
}
console.log(`precompressed ${files.length} files`)
