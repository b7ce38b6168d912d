import type { Problem } from '../../core/learning/problem.ts';

/** What opens a dataset by the name that the user gave: a card, a path, or `hf:owner/name`. */
export interface DatasetSource {
  /** @throws ZooError that names the file, line and column of what is wrong, or how to get what is missing */
  open(name: string): Promise<Dataset>;
}

export interface Dataset {
  readonly name: string;
  /** SHA-256 (hex) of the file's bytes. */
  readonly sha256: string;
  /** Name of the verifier that its card asks for. */
  readonly verifier: string;
  /** Domain of what is learned from it, unless a problem tells its own. */
  readonly domain: string;
  readonly problems: readonly Problem[];
}
