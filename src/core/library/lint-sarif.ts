import type { LintFinding } from './lint.ts';
import { textRules } from './lint-rules.ts';

/** Rules that look at more than one text, with what they are for. */
const otherRules: Readonly<Record<string, string>> = {
  redundant: 'No two experiences say the same.',
  'library-size': 'A library has a limit.',
  'unsafe-characters': 'No character makes a text read otherwise than it is.',
  'normal-form': 'Texts are in Unicode normal form C.',
};

/**
 * Findings as SARIF 2.1.0, which CI services show beside the changed lines.
 *
 * @param fileOf path where a finding's experience lies, relative to the repository's root; the library itself for undefined
 */
export function renderSarif(
  findings: readonly LintFinding[],
  fileOf: (id: string | undefined) => string,
  toolVersion: string,
): Readonly<Record<string, unknown>> {
  const about = { ...otherRules, ...Object.fromEntries(textRules.map((rule) => [rule.name, rule.about])) };
  const rules = Object.entries(about).map(([id, text]) => ({ id, shortDescription: { text } }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'zoo ledger lint', version: toolVersion, rules } },
        results: findings.map(({ rule, level, id, message, mend }) => ({
          ruleId: rule,
          ruleIndex: rules.findIndex((known) => known.id === rule),
          level,
          message: { text: `${id === undefined ? '' : `${id}: `}${message} ${mend}` },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: encodeURI(fileOf(id)) }, region: { startLine: 1 } },
              ...(id === undefined ? {} : { logicalLocations: [{ name: id, kind: 'member' }] }),
            },
          ],
          ...(id === undefined ? {} : { partialFingerprints: { experience: `${rule}/${id}` } }),
        })),
      },
    ],
  };
}
