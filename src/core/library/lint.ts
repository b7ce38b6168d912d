import { type LintRule, textRules } from './lint-rules.ts';
import { type Library, defaultCapacity } from './library.ts';
import { isNormal, unsafeField } from './ingest.ts';
import { normalizeText } from './quality.ts';
import { nearDuplicates } from './near-duplicates.ts';
import type { Experience } from './experience.ts';

export interface LintFinding {
  /** Stable and kebab-case. */
  readonly rule: string;
  readonly level: 'error' | 'warning';
  /** The experience; undefined for what concerns the library as a whole. */
  readonly id: string | undefined;
  readonly message: string;
  /** How to mend it. */
  readonly mend: string;
}

export interface LintOptions {
  /** Experiences at most; 1,000 when left out (paper, appendix C). */
  readonly capacity?: number | undefined;
}

/** Share of common words from which two texts count as saying the same. */
export const redundantFrom = 0.8;

/** What a curator should mend before a library is published, in the order of the library. */
export function lintLibrary(library: Library, options: LintOptions = {}): readonly LintFinding[] {
  const capacity = options.capacity ?? defaultCapacity;
  return [
    ...library.experiences.flatMap(lintExperience),
    ...findDuplicates(library),
    ...sizeFindings(library.experiences.length, capacity),
  ];
}

export function sizeFindings(count: number, capacity: number): readonly LintFinding[] {
  if (count <= capacity) return [];
  return [
    {
      rule: 'library-size',
      level: 'error',
      id: undefined,
      message: `The library holds ${count} experiences; ${capacity} are allowed.`,
      mend: 'Merge or prune experiences ("zoo ledger prune"), or raise the limit.',
    },
  ];
}

export function lintExperience(experience: Experience): readonly LintFinding[] {
  const texts = [experience.text, ...experience.examples.flatMap(({ input, output }) => [input, output])];
  const findings = textRules.flatMap((rule) => applyRule(rule, experience, texts));
  const unsafe = unsafeField(experience);
  const { id } = experience;
  if (unsafe !== undefined)
    findings.push({
      rule: 'unsafe-characters',
      level: 'error',
      id,
      message: `"${unsafe}" holds control, bidirectional or invisible characters.`,
      mend: 'Remove them: they make a text read otherwise than it is.',
    });
  if (!isNormal(experience))
    findings.push({
      rule: 'normal-form',
      level: 'error',
      id,
      message: 'It is not in Unicode normal form C.',
      mend: 'Export and import the library: import normalises.',
    });
  return findings;
}

function applyRule(rule: LintRule, { id, text }: Experience, texts: readonly string[]): LintFinding[] {
  const { name, level, mend } = rule;
  for (const checked of rule.examplesToo ? texts : [text]) {
    const message = rule.check(checked);
    if (message !== undefined) return [{ rule: name, level, id, message, mend }];
  }
  return [];
}

function findDuplicates(library: Library): LintFinding[] {
  const { experiences } = library;
  return nearDuplicates(
    experiences.map(({ text }) => text),
    redundantFrom,
  ).flatMap(({ first, second, overlap }) => {
    const [one, other] = [experiences[first], experiences[second]];
    return one === undefined || other === undefined ? [] : [redundantFinding(one, other, overlap)];
  });
}

/** @param count experiences that were not compared with all that may say the same */
export function uncheckedFindings(count: number): readonly LintFinding[] {
  if (count === 0) return [];
  return [
    {
      rule: 'redundant',
      level: 'warning',
      id: undefined,
      message: `So many are alike that ${count} were not compared with all of them.`,
      mend: 'Fold what is alike ("zoo ledger dedupe"), then lint again.',
    },
  ];
}

/** @param one the earlier of two that share so many words */
export function redundantFinding(
  one: Pick<Experience, 'id' | 'text'>,
  other: Pick<Experience, 'id' | 'text'>,
  overlap: number,
): LintFinding {
  const same = normalizeText(one.text) === normalizeText(other.text);
  return {
    rule: 'redundant',
    level: same ? 'error' : 'warning',
    id: other.id,
    message: same
      ? `It says the same as ${one.id}.`
      : `It shares ${Math.round(overlap * 100)} % of its words with ${one.id}.`,
    mend: `Keep one of the two, or say what sets them apart ("zoo ledger show ${one.id}").`,
  };
}
