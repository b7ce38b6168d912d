import { z } from 'zod';
import type { CommitEntry } from '../ledger/history.ts';
import type { Config } from './config.ts';
import { findRuns } from './wire/journals.ts';

/** What a gate said of a version, by the account of the run that made it. */
export type GateOfVersion =
  | {
      readonly state: 'accepted';
      readonly run: string;
      /** Mean reward on held-out problems, against the library before: the difference, and 95 % of where it may lie. */
      readonly delta: number;
      readonly ci95: readonly [number, number];
      /** Problems. */
      readonly n: number;
    }
  | {
      /** `off`: its run had no gate. `none`: no run made it. `unknown`: its run is not here. */
      readonly state: 'refused' | 'off' | 'none' | 'unknown';
      /** A sentence without its full stop. */
      readonly reason: string;
    };

const evidenceSchema = z.looseObject({ run: z.string() });
const resultSchema = z.looseObject({
  status: z.string(),
  gate: z
    .looseObject({ accepted: z.boolean(), delta: z.number(), ci95: z.tuple([z.number(), z.number()]), n: z.int() })
    .nullable(),
});

/** Looks the run up that a commit names as its evidence. */
export async function gateOfVersion(config: Config, { version, commit }: CommitEntry): Promise<GateOfVersion> {
  const evidence = evidenceSchema.safeParse(commit.evidence);
  if (!evidence.success)
    return { state: 'none', reason: `no run made ${version}, so that no gate has measured whether it does harm` };
  const fingerprint = evidence.data.run;
  const own = (await findRuns(config.settings.runs)).filter(
    ({ settings }) => settings?.['fingerprint'] === fingerprint,
  );
  const results = own.flatMap(({ run, result }) => {
    const read = resultSchema.safeParse(result);
    return read.success ? [{ run, ...read.data }] : [];
  });
  const told = results.find(({ gate }) => gate !== null) ?? results[0];
  if (told === undefined)
    return {
      state: 'unknown',
      reason: `the run that made ${version} (${fingerprint.slice(0, 12)}) is not among the runs here, so that its gate is not known`,
    };
  const { run, status, gate } = told;
  if (gate === null) return { state: 'off', reason: `run ${run}, which made ${version}, had no gate` };
  // A run that ends well keeps what its gate accepted last, whatever it refused afterwards.
  if (status !== 'completed' && !gate.accepted)
    return { state: 'refused', reason: `the gate of run ${run} refused what it learned: it scored lower` };
  return { state: 'accepted', run, delta: gate.delta, ci95: gate.ci95, n: gate.n };
}

/** For a description and for people. */
export function gateText(gate: GateOfVersion): string {
  if (gate.state !== 'accepted') return `none: ${gate.reason}`;
  const points = (share: number) => `${share < 0 ? '-' : '+'}${Math.abs(share * 100).toFixed(1)}`;
  const [low, high] = gate.ci95;
  return `accepted, ${points(gate.delta)} points (95 %: ${points(low)} to ${points(high)}) on ${gate.n} held-out problems`;
}
