import { ZooError, exitCode } from '../core/error.ts';
import type { Observe } from '../core/learning/event.ts';
import type { Problem } from '../core/learning/problem.ts';
import type { Config } from './config.ts';
import { chooseProblems } from './train-run.ts';

/** Problems that the gate must leave for training, unless it was asked for. */
const fewestToLearnFrom = 10;

/**
 * The configuration with the gate that a new run has. It is on unless it was turned off, since it is what keeps a run from
 * doing harm. Where nobody asked for it, it gives way, with a notice, to a run that would be left with too few problems,
 * and to one that is to learn without ground truth: the gate judges by answers, and by nothing else.
 *
 * @throws ZooError `gate-impossible` (exit 2) when it was asked for and has no problems, or problems without answers
 */
export function settleGate(config: Config, problems: readonly Problem[], observe: Observe): Config {
  const { settings, origins } = config;
  if (settings.gate === 'off') return config;
  const asked = origins.gate.from !== 'default';
  const { train, gate } = chooseProblems(problems, settings);
  const unanswered = settings.groundTruth ? 0 : gate.filter(({ answer }) => answer === undefined).length;
  if (asked) {
    if (gate.length === 0)
      throw impossible(
        `of ${train.length} problems none is left for the gate`,
        'Give more problems, raise --gate-share',
      );
    if (unanswered > 0)
      throw impossible(
        `${unanswered} of the gate's ${gate.length} problems have no answer to judge by`,
        'Use a dataset with answers: the gate alone sees them, never the teacher',
      );
    return config;
  }
  const reason = !settings.groundTruth
    ? 'the gate judges by answers, and this run is to learn without them'
    : train.length < fewestToLearnFrom || gate.length === 0
      ? `the gate would leave only ${train.length} problems to learn from`
      : undefined;
  if (reason === undefined) return config;
  const message = `the gate is off: ${reason}, so that nothing keeps what was learned from doing harm`;
  const hint = settings.groundTruth
    ? 'Give more problems, turn it on by --gate epoch, or measure with zoo eval.'
    : 'Turn it on by --gate epoch where the problems have answers, or measure with zoo eval.';
  observe({ type: 'warning', code: 'gate-off', message, hint });
  return { ...config, settings: { ...settings, gate: 'off' } };
}

function impossible(reason: string, mend: string): ZooError {
  return new ZooError('gate-impossible', `there can be no gate: ${reason}`, {
    exitCode: exitCode.usage,
    hint: `${mend}, or turn the gate off with --gate off (ZOO_GATE).`,
  });
}
