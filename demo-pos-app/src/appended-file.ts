import { appendFileSync } from "node:fs";
import { Writable } from "node:stream";

/**
 * A log file that has each line before the next one is made. A line costs some microseconds of waiting for it; for that a killed
 * till loses nothing, a renamed file is followed, and a full disk costs only the lines that do not fit: Winston's own file
 * transport would stop the whole logger there. Raises the system's error when the file cannot be written at the start.
 */
export class AppendedFile extends Writable {
  constructor(
    private readonly path: string,
    private readonly complaints: NodeJS.WritableStream,
  ) {
    super();
    appendFileSync(path, "");
  }

  override _write(lines: Buffer, _encoding: string, done: () => void): void {
    try {
      appendFileSync(this.path, lines);
    } catch (error) {
      this.complaints.write(`pos-demo: lost a log line: ${(error as Error).message}\n`);
    }
    done();
  }
}
