import { join } from 'node:path';
import { z } from 'zod';
import { ZooError } from '../core/error.ts';
import type { LibraryState, TrainResult } from '../core/learning/account.ts';
import type { Observe } from '../core/learning/event.ts';
import type { Experience } from '../core/library/experience.ts';
import type { Library } from '../core/library/library.ts';
import type { Prompts } from '../core/prompt.ts';
import type { Run } from '../grpo/run.ts';
import { type TrainOutcome, train } from '../grpo/train.ts';
import type { Dataset } from '../world/dataset/dataset.ts';
import type { Journal } from '../world/journal/journal.ts';
import { type JudgeAccount, type Verifier, judgeTotals } from '../world/verifier/verifier.ts';
import type { Config } from './config.ts';
import { version } from './package.ts';
import { readPrompts } from './prompts.ts';
import { type RunRecord, encodeLibrary, readStartLibrary, recordSettings, startLibraryFile } from './run-record.ts';
import { creationDate, planRun, rootOf } from './train-run.ts';
import { settleGate } from './settle-gate.ts';
import { type Session, type SessionRequest, chooseSession } from './train-session.ts';
import { openDataset } from './wire/datasets.ts';
import { type Endpoint, resolveStudent, resolveTeacher } from './wire/endpoints.ts';
import { openForReplay, openJournal } from './wire/journals.ts';
import { type Ledger, ledgerAt } from './wire/ledgers.ts';
import { type Models, openModels } from './wire/models.ts';
import { clock, files, sha256 } from './wire/platform.ts';
import { type OpenedVerifier, openVerifier } from './wire/verifiers.ts';

export interface TrainRequest extends SessionRequest {
  readonly observe: Observe;
  /** Aborted to stop the run; the reason is a ZooError with the exit code `interrupted`. */
  readonly signal: AbortSignal;
}

export interface Training {
  readonly result: TrainResult;
  /** The run's folder. */
  readonly folder: string;
  /** What the library has now and had not before, in its order. */
  readonly learned: readonly Experience[];
  /** What the library had and has no more, or has in other words. */
  readonly removed: readonly Experience[];
  /** What stopped the run early. */
  readonly stoppedBy: ZooError | undefined;
}

/**
 * A training run from configuration to committed library version: a new one, one that goes on, or a replay.
 *
 * @throws ZooError for whatever must be mended first; nothing that was paid for is lost then
 */
export async function runTraining(config: Config, request: TrainRequest): Promise<Training> {
  const started = clock.now();
  const chosen = await chooseSession(config, request, files, started);
  const closers: (() => Promise<void>)[] = [];
  try {
    const parts = await gather(chosen, request);
    const session = settle(chosen, parts, request);
    const ledger = ledgerAt(session.config.settings.library);
    const lock = await ledger.lock();
    closers.push(() => lock.release());
    const before = await startingState(session, ledger);
    const journal = await openRunJournal(session, request.observe, closers);
    const models = await openModels({
      ...parts,
      config: session.config,
      journal,
      replay: session.mode === 'replay',
      scope: parts.dataset.sha256,
      problems: parts.dataset.problems,
      observe: request.observe,
    });
    closers.push(() => models.close());
    parts.verifier.bind?.(models.teacher);

    const run = planRun(session.config, {
      ...parts,
      id: session.run,
      library: before.library,
      verifier: parts.verifier.name,
      student: models.student.identity,
      teacher: models.teacher.identity,
      createdAt: session.record?.createdAt ?? creationDate(config.environment, parts.student.provider, started),
    });
    if (session.record === undefined) await writeRecord(session, run, parts, models, before, started);
    else checkUnchanged(session.record, run, parts.verifier.name);

    const begun = clock.now();
    const outcome = await finish(run, parts.verifier, models, journal, request);
    const loopMs = clock.now() - begun;
    const after = await keep(outcome, run, ledger, before.state, parts.dataset);
    const result = accountFor({
      outcome,
      run,
      models,
      before: before.state,
      after,
      dataset: parts.dataset,
      judge: parts.verifier.account?.(),
      wallMs: clock.now() - started + (await earlierWallMs(session)),
      efficiency: efficiencyOf(session, models.leastMs(), loopMs),
    });
    request.observe({ type: 'run-finished', result });
    if (session.mode !== 'replay')
      await files.writeAtomic(join(session.folder, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
    const { stoppedBy } = outcome;
    return {
      result,
      folder: session.folder,
      learned: missingFrom(before.library, outcome.library),
      removed: missingFrom(outcome.library, before.library),
      stoppedBy: stoppedBy instanceof ZooError ? stoppedBy : undefined,
    };
  } finally {
    for (const close of closers.toReversed()) await close();
  }
}

interface Parts {
  readonly prompts: Prompts;
  readonly dataset: Dataset;
  readonly verifier: OpenedVerifier;
  readonly student: Endpoint;
  readonly teacher: Endpoint;
}

/** Everything that a run needs and that can be missing or wrong, before anything is locked or written. */
async function gather({ config, mode, record }: Session, { signal }: TrainRequest): Promise<Parts> {
  const dataset = await openDataset(config);
  const replayed = mode === 'replay' ? record?.models : undefined;
  const verifier = await openVerifier(config.settings.verifier ?? dataset.verifier, {
    config,
    rubric: dataset.card?.rubric,
    endpoint: replayed === undefined ? undefined : () => Promise.resolve(recorded(replayed.teacher)),
    signal,
  });
  const prompts = await readPrompts(files, sha256, config.settings.prompts);
  if (replayed !== undefined) {
    return { prompts, dataset, verifier, student: recorded(replayed.student), teacher: recorded(replayed.teacher) };
  }
  const student = await resolveStudent(config, signal);
  const teacher = verifier.endpoint ?? (await resolveTeacher(config, student, signal));
  return { prompts, dataset, verifier, student, teacher };
}

/** A new run's gate is settled once the problems are known; a run that goes on has the one that it began with. */
function settle(session: Session, { dataset }: Parts, { observe }: TrainRequest): Session {
  if (session.record !== undefined) return session;
  return { ...session, config: settleGate(session.config, dataset.problems, observe) };
}

/** A replay asks nobody: the endpoint is a name. */
function recorded({ provider, model, endpoint }: RunRecord['models']['student']): Endpoint {
  return { provider, model, baseUrl: endpoint, api: 'openai', apiKey: undefined, source: 'run.json' };
}

interface Start {
  readonly library: Library;
  readonly state: LibraryState;
}

/**
 * The library that the run begins with. A run that goes on begins where it began: with the copy in its folder.
 *
 * @throws ZooError `library-moved` when the library has become another one meanwhile
 */
async function startingState({ record, folder, config }: Session, ledger: Ledger): Promise<Start> {
  const state = await ledger.state();
  if (record === undefined) return { library: await ledger.library(), state };
  const untouched = state.root === record.library.root || state.count === 0;
  if (!untouched && !(await isResultOf(record, state, ledger))) {
    throw new ZooError(
      'library-moved',
      `the library in ${config.settings.library} is not the one that run "${record.run}" began with`,
      {
        hint: `It began with root ${record.library.root} (${record.library.version ?? 'no version'}). Name an empty folder with --library to have the result there.`,
        data: { began: record.library.root, found: state.root },
      },
    );
  }
  return { library: await readStartLibrary(files, folder), state: { ...record.library } };
}

/**
 * True when the library is what the run has led to already, as after a replay or a resume of a finished run. The newest
 * version itself tells, since a kill may have come between the commit and the account of the run.
 */
async function isResultOf(record: RunRecord, state: LibraryState, ledger: Ledger): Promise<boolean> {
  const newest = (await ledger.history()).at(-1)?.commit;
  if (newest === undefined || newest.recordsRoot !== state.root) return false;
  return z.looseObject({ run: z.literal(record.fingerprint) }).safeParse(newest.evidence).success;
}

/** What earlier sessions of the run took; one that was killed has not told. */
async function earlierWallMs({ mode, folder }: Session): Promise<number> {
  const text = mode === 'resume' ? await files.readText(join(folder, 'result.json')) : undefined;
  return text === undefined ? 0 : (JSON.parse(text) as TrainResult).time.wallMs;
}

/** T* / T of a run of one piece; what a journal answers takes no time. */
function efficiencyOf({ mode }: Session, leastMs: number, loopMs: number): number | null {
  return mode === 'new' && leastMs > 0 && loopMs > 0 ? Math.min(1, leastMs / loopMs) : null;
}

async function openRunJournal(session: Session, observe: Observe, closers: (() => Promise<void>)[]): Promise<Journal> {
  const journal = await (session.mode === 'replay' ? openForReplay(session.folder) : openJournal(session.folder));
  closers.push(() => journal.close());
  for (const message of journal.warnings) observe({ type: 'warning', code: 'journal', message });
  return journal;
}

async function writeRecord(
  { config, folder, run: id }: Session,
  run: Run,
  parts: Parts,
  models: Models,
  before: Start,
  now: number,
): Promise<void> {
  const record: RunRecord = {
    v: 1,
    run: id,
    fingerprint: run.fingerprint,
    createdAt: run.createdAt,
    startedAt: new Date(now).toISOString(),
    versions: { zoo: version, node: process.version },
    settings: recordSettings(config.settings),
    dataset: {
      ...run.dataset,
      train: run.problems.map((problem) => problem.id),
      gate: run.gateProblems.map((problem) => problem.id),
    },
    verifier: parts.verifier.name,
    models: { student: models.student.identity, teacher: models.teacher.identity },
    prompts: {
      hash: run.prompts.hash,
      versions: Object.fromEntries(Object.entries(run.prompts.templates).map(([name, { version }]) => [name, version])),
    },
    library: before.state,
  };
  // The record comes last: where it stands, the run can be resumed.
  await files.writeAtomic(join(folder, startLibraryFile), encodeLibrary(before.library));
  await files.writeAtomic(join(folder, 'run.json'), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** @throws ZooError `run-differs`, naming what is no longer as it was */
function checkUnchanged(record: RunRecord, run: Run, verifier: string): void {
  if (record.fingerprint === run.fingerprint) return;
  const changed = [
    record.dataset.sha256 === run.dataset.sha256 ? [] : ['the data'],
    record.prompts.hash === run.prompts.hash ? [] : ['the prompts'],
    record.verifier === verifier ? [] : ['the verifier'],
    record.library.root === rootOf(run.library) ? [] : ['the library it began with'],
  ].flat();
  throw new ZooError(
    'run-differs',
    `run "${record.run}" cannot go on: ${changed.join(', ') || 'a model or a setting'} changed since it began`,
    {
      hint: `Restore what it began with (zoo ${record.versions.zoo}), or start another run without --resume.`,
      data: { began: record.fingerprint, now: run.fingerprint },
    },
  );
}

async function finish(
  run: Run,
  verifier: Verifier,
  models: Models,
  journal: Journal,
  { observe, signal }: TrainRequest,
): Promise<TrainOutcome> {
  const { student, teacher, account, deadline } = models;
  const ends = deadline === undefined ? signal : AbortSignal.any([signal, deadline]);
  const steps = train(run, {
    student,
    teacher,
    verifier,
    journal,
    clock,
    sha256,
    room: () => models.room(ends),
    observe,
    account,
    signal: ends,
  });
  try {
    for (;;) {
      const next = await steps.next();
      if (next.done === true) return next.value;
    }
  } finally {
    await verifier.close?.();
  }
}

/** Commits what a completed run has learned. A run that stopped early keeps it in its checkpoint. */
async function keep(
  outcome: TrainOutcome,
  run: Run,
  ledger: Ledger,
  before: LibraryState,
  dataset: Dataset,
): Promise<LibraryState> {
  const state = { version: before.version, root: rootOf(outcome.library), count: outcome.library.experiences.length };
  if (outcome.status !== 'completed' || state.root === before.root) return state;
  const current = await ledger.state();
  if (current.root === state.root) return current;
  const { version } = await ledger.commitVersion(outcome.library, {
    message: `Train on ${dataset.name}: ${run.problems.length} problems, ${run.settings.epochs} epochs`,
    author: run.createdBy,
    time: Date.parse(run.createdAt),
    evidence: { run: run.fingerprint, dataset: run.dataset.sha256, prompts: run.prompts.hash },
  });
  return { ...state, version };
}

interface Account {
  readonly outcome: TrainOutcome;
  readonly run: Run;
  readonly models: Models;
  readonly before: LibraryState;
  readonly after: LibraryState;
  readonly dataset: Dataset;
  readonly judge: JudgeAccount | undefined;
  readonly wallMs: number;
  readonly efficiency: number | null;
}

function accountFor({ outcome, run, models, before, after, dataset, judge, wallMs, efficiency }: Account): TrainResult {
  const { student, teacher, account } = models;
  return {
    run: run.id,
    status: outcome.status,
    dataset: { name: dataset.name, sha256: dataset.sha256, train: run.problems.length, gate: run.gateProblems.length },
    model: { provider: student.identity.provider, student: student.identity.model, teacher: teacher.identity.model },
    library: { before, after },
    steps: outcome.steps,
    gate: outcome.gate,
    ...(judge !== undefined && { judge: judgeTotals(judge) }),
    usage: account(),
    time: { wallMs, efficiency },
    resumedFrom: outcome.resumedFrom,
  };
}

function missingFrom(library: Library, other: Library): readonly Experience[] {
  const known = new Set(library.experiences.map(({ id }) => id));
  return other.experiences.filter(({ id }) => !known.has(id));
}
