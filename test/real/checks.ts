/** Counts checks, shows each as it is made, and ends with the line that test reports are read by. */
export class Checks {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  check(what: string, holds: boolean, found?: unknown): void {
    if (holds) this.#passed++;
    else this.#failed++;
    console.log(
      `${holds ? 'ok    ' : 'FAILED'} ${what}${holds || found === undefined ? '' : `: ${JSON.stringify(found)}`}`,
    );
  }

  skip(reason: string): void {
    this.#skipped++;
    console.log(`skipped: ${reason}`);
  }

  /** Prints the totals. @returns the exit code */
  end(): 0 | 1 {
    console.log(`\n${this.#passed} passed, ${this.#failed} failed, ${this.#skipped} skipped`);
    return this.#failed === 0 ? 0 : 1;
  }
}
