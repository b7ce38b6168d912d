import type { Sha256 } from '../../core/digest.ts';
import { ZooError, messageOf } from '../../core/error.ts';
import type { Files } from '../../world/files/files.ts';

export interface FsckFinding {
  /** Stable and kebab-case. */
  readonly code: string;
  /** `error`: something is damaged or missing. `note`: whole, but not as the last version left it. */
  readonly level: 'error' | 'note';
  /** Relative to the library's folder. */
  readonly path: string;
  readonly message: string;
  readonly mend: string | undefined;
}

/** The folder that is checked, and what was found in it so far. */
export interface Inspection {
  readonly files: Files;
  readonly folder: string;
  readonly sha256: Sha256;
  readonly findings: readonly FsckFinding[];
  /** A path within the folder, as the file system takes it. */
  readonly at: (path: string) => string;
  readonly found: (code: string, level: FsckFinding['level'], path: string, message: string, mend?: string) => void;
  /** Runs one reading; what it throws is a finding. */
  readonly attempt: <T>(path: string, act: () => Promise<T>) => Promise<T | undefined>;
}

export function beginInspection(files: Files, folder: string, sha256: Sha256): Inspection {
  const findings: FsckFinding[] = [];
  const found: Inspection['found'] = (code, level, path, message, mend) => {
    findings.push({ code, level, path, message, mend });
  };
  return {
    files,
    folder,
    sha256,
    findings,
    at: (path) => `${folder}/${path}`,
    found,
    attempt: async (path, act) => {
      try {
        return await act();
      } catch (thrown) {
        const known = thrown instanceof ZooError ? thrown : undefined;
        found(known?.code ?? 'unreadable', 'error', path, messageOf(thrown), known?.hint);
        return undefined;
      }
    },
  };
}
