import { ZooError, exitCode } from '../../core/error.ts';
import type { MathVerifierOptions } from '../../world/verifier/math.ts';
import type { Verifier } from '../../world/verifier/verifier.ts';

/** Makes the verifiers of a kind; each is loaded when it is asked for. `profile` is what stands behind the colon. */
type Maker = (profile: string | undefined) => Promise<Verifier | undefined>;

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
};

const forms = ['math', 'math:<profile>', 'numeric', 'numeric:<absolute>:<relative>', 'exact', 'exact:ignore-case'];

/** The verifier of a name, such as `math:hendrycks`; never another one. @throws ZooError `unknown-verifier` (exit 2) */
export async function openVerifier(name: string): Promise<Verifier> {
  const [, kind = '', profile] = /^([^:]*)(?::(.*))?$/s.exec(name) ?? [];
  const verifier = Object.hasOwn(makers, kind) ? await makers[kind]?.(profile) : undefined;
  if (verifier !== undefined) return verifier;
  throw new ZooError('unknown-verifier', `there is no verifier "${name}"`, {
    exitCode: exitCode.usage,
    hint: `Choose one of ${forms.join(', ')} with --verifier or ZOO_VERIFIER.`,
  });
}
