/** The git of the machine. Nothing goes through a shell. */
export interface Git {
  /**
   * Runs `git <words>` in a folder.
   *
   * @returns its exit code and what it wrote; a code that is not 0 is no error here
   * @throws ZooError `no-git` when there is none on this machine
   */
  run(folder: string, words: readonly string[], input?: string): Promise<GitResult>;
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
}
