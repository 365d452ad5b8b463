/**
 * How many levels of a value can be opened before more than `most` members would be drawn. Logs come from outside:
 * one of a megabyte, nested without end, must not stop the page when somebody presses "Expand all".
 */
export function levelsWithin(value: unknown, most: number): number {
  let level = [value]
  let drawn = 0
  for (let levels = 0; ; levels += 1) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
    drawn += level.length
    if (level.length === 0 || drawn > most) return levels
  }
}
