import { toHex } from '../../core/digest.ts';
import { ZooError, exitCode } from '../../core/error.ts';
import type { Model } from '../../world/model/model.ts';
import type { Verifier } from '../../world/verifier/verifier.ts';
import type { Config } from '../config.ts';
import { readJudgePrompt } from '../prompts.ts';
import { type Endpoint, resolveStudent, resolveTeacher } from './endpoints.ts';
import { files, sha256 } from './platform.ts';
import { identityOf } from './simulator.ts';

/** What a judge needs; looked for only where the verifier is one. */
export interface JudgeMeans {
  readonly config: Config;
  /** The rubric of the dataset's card. */
  readonly rubric: string | undefined;
  /** Where the judge is asked: the teacher's endpoint, unless that is known already. */
  readonly endpoint?: (() => Promise<Endpoint>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A verifier that asks a model, which is opened after it: with the run's budget, journal and limits. */
export interface Judge extends Verifier {
  readonly endpoint: Endpoint;
  bind(model: Model): void;
}

/**
 * The judge: the teacher's model with the rubric of the card, or of a file of the user's.
 *
 * @throws ZooError `no-rubric` (exit 2) without a rubric; `usage` for a run that is to learn from majorities
 */
export async function openJudge(path: string | undefined, means: JudgeMeans): Promise<Judge> {
  const { config, signal } = means;
  if (!config.settings.groundTruth) {
    throw new ZooError('usage', 'a judge does not go with --no-ground-truth: it grades texts, and no two texts agree', {
      exitCode: exitCode.usage,
      hint: 'Leave --no-ground-truth (ZOO_GROUND_TRUTH) out: problems without answers are judged by the rubric alone.',
    });
  }
  const rubric = path === undefined ? means.rubric : new TextDecoder().decode(await files.read(path));
  if (rubric === undefined || rubric.trim() === '') {
    throw new ZooError('no-rubric', 'there is no rubric to judge by', {
      exitCode: exitCode.usage,
      hint: 'Use a dataset whose card has one, or name a file with --verifier judge:<rubric file> (ZOO_VERIFIER).',
    });
  }
  const { template, text } = await readJudgePrompt(files, config.settings.prompts);
  const endpoint = await (means.endpoint ?? (() => teacherOf(config, signal)))();
  const { judgeVerifier } = await import('../../world/verifier/judge.ts');
  let bound: Model | undefined;
  const model: Model = {
    identity: identityOf(endpoint),
    generate: async (...request) => {
      if (bound === undefined) throw new Error('the judge was asked before its model was opened');
      return await bound.generate(...request);
    },
  };
  const judge = judgeVerifier({ model, rubric, prompt: template, seed: config.settings.seed });
  return {
    ...judge,
    // Another rubric or prompt makes another verifier, which the run's fingerprint must tell.
    name: `${judge.name}:${toHex(sha256(`${rubric}\u0000${text}`)).slice(0, 8)}`,
    endpoint,
    bind: (opened) => {
      bound = opened;
    },
  };
}

async function teacherOf(config: Config, signal: AbortSignal | undefined): Promise<Endpoint> {
  return await resolveTeacher(config, await resolveStudent(config, signal), signal);
}
