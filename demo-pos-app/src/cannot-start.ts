/** The till cannot open; the message is one line that says what to do. */
export class CannotStart extends Error {}
