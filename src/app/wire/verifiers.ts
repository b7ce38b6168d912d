import { ZooError, exitCode } from '../../core/error.ts';
import { exactVerifier } from '../../world/verifier/exact.ts';
import { numericVerifier } from '../../world/verifier/numeric.ts';
import type { Verifier } from '../../world/verifier/verifier.ts';

const makers: Readonly<Record<string, () => Verifier>> = {
  exact: () => exactVerifier(),
  'exact:ignore-case': () => exactVerifier({ caseSensitive: false }),
  numeric: () => numericVerifier(),
};

/** The verifier of a name, never another one. @throws ZooError `unknown-verifier` (exit 2) */
export function openVerifier(name: string): Promise<Verifier> {
  const make = makers[name];
  if (make !== undefined) return Promise.resolve(make());
  return Promise.reject(
    new ZooError('unknown-verifier', `there is no verifier "${name}"`, {
      exitCode: exitCode.usage,
      hint: `Choose one of ${Object.keys(makers).join(', ')} with --verifier or ZOO_VERIFIER.`,
    }),
  );
}
