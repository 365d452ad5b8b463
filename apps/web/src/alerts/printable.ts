// Control characters (ANSI colours among them) and marks that turn the direction of text: logs may hold them to make
// a line read as something else.
const HIDDEN = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Text from a log with its invisible characters made visible, as `\u001b`. */
export const printable = (text: string) =>
  text.replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
