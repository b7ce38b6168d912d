import { z } from 'zod';
import { ZooError, exitCode } from '../../core/error.ts';
import { parseJson } from '../../core/json.ts';
import type { MathVerifierOptions } from '../../world/verifier/math.ts';
import type { Verifier } from '../../world/verifier/verifier.ts';
import { type Judge, type JudgeMeans, openJudge } from './judge.ts';
import { files } from './platform.ts';

/** Makes the verifiers of a kind; each is loaded when it is asked for. `profile` is what stands behind the colon. */
type Maker = (profile: string | undefined, judge: JudgeMeans | undefined) => Promise<OpenedVerifier | undefined>;

/** A verifier; one that asks a model is bound to it once that is opened. */
export type OpenedVerifier = Verifier & Partial<Pick<Judge, 'bind' | 'endpoint'>>;

const makers: Readonly<Record<string, Maker>> = {
  math: async (profile) => {
    const { mathVerifier } = await import('../../world/verifier/math.ts');
    // An unknown profile is refused there.
    return mathVerifier({ profile: profile as MathVerifierOptions['profile'] });
  },
  numeric: async (profile) => {
    const { numericVerifier } = await import('../../world/verifier/numeric.ts');
    if (profile === undefined) return numericVerifier();
    const [absoluteTolerance = 0, relativeTolerance = 0] = profile.split(':').map(Number);
    if (!(absoluteTolerance >= 0) || !(relativeTolerance >= 0)) return undefined;
    return numericVerifier({ absoluteTolerance, relativeTolerance });
  },
  exact: async (profile) => {
    const { exactVerifier } = await import('../../world/verifier/exact.ts');
    if (profile === undefined) return exactVerifier();
    return profile === 'ignore-case' ? exactVerifier({ caseSensitive: false }) : undefined;
  },
  choice: async (profile) => {
    const { choiceVerifier } = await import('../../world/verifier/choice.ts');
    return profile === undefined ? choiceVerifier() : undefined;
  },
  regex: async (pattern) => {
    const { regexVerifier } = await import('../../world/verifier/regex.ts');
    return regexVerifier({ pattern });
  },
  schema: async (path) => {
    if (path === undefined) return undefined;
    const { schemaVerifier } = await import('../../world/verifier/schema.ts');
    return schemaVerifier({ schema: parseJson(new TextDecoder().decode(await files.read(path)), z.unknown(), path) });
  },
  command: async (line) => {
    const [program, ...args] = line?.split(/\s+/).filter((word) => word !== '') ?? [];
    if (program === undefined) return undefined;
    const { commandVerifier } = await import('../../world/verifier/command.ts');
    return commandVerifier({ command: [program, ...args] });
  },
  module: async (path) => {
    if (path === undefined) return undefined;
    const { moduleVerifier } = await import('../../world/verifier/module.ts');
    return await moduleVerifier(path);
  },
  judge: async (path, means) => (means === undefined ? undefined : await openJudge(path, means)),
  code: () => {
    throw new ZooError(
      'verifier-unavailable',
      'the verifier "code" runs programs that a model wrote, which needs a sandbox, and zoo has none yet',
      {
        exitCode: exitCode.usage,
        hint: 'Grade with a program of yours that runs them where they can do no harm (--verifier "command:<program>"), or use another dataset.',
      },
    );
  },
};

const forms = [
  'math',
  'math:<profile>',
  'numeric',
  'numeric:<absolute>:<relative>',
  'exact',
  'exact:ignore-case',
  'choice',
  'regex',
  'regex:<pattern>',
  'schema:<file>',
  'command:<program and arguments>',
  'module:<file>',
  'judge',
  'judge:<rubric file>',
];

/**
 * The verifier of a name, such as `math:hendrycks`; never another one.
 *
 * @throws ZooError `unknown-verifier` or `verifier-unavailable` (exit 2); what {@link openJudge} throws
 */
export async function openVerifier(name: string, judge?: JudgeMeans): Promise<OpenedVerifier> {
  const [, kind = '', profile] = /^([^:]*)(?::(.*))?$/s.exec(name) ?? [];
  const verifier = Object.hasOwn(makers, kind) ? await makers[kind]?.(profile, judge) : undefined;
  if (verifier !== undefined) return verifier;
  throw new ZooError('unknown-verifier', `there is no verifier "${name}"`, {
    exitCode: exitCode.usage,
    hint: `Choose one of ${forms.join(', ')} with --verifier or ZOO_VERIFIER.`,
  });
}
