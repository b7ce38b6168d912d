import type { ConservationResult } from '../../core/learning/conservation.ts';
import type { Interval } from '../../core/learning/statistics.ts';
import type { HamiltonianStep } from '../../evaluation/hamiltonian.ts';
import type { Invocation } from '../invocation.ts';
import { renderTable } from '../view/table.ts';

/** `zoo hamiltonian [run]`: Psi, Theta and kappa of each step, and what the test of their conservation found. */
export async function hamiltonian({ terminal, words, config }: Invocation): Promise<void> {
  const { readRunHamiltonian } = await import('../../app/hamiltonian.ts');
  const account = await readRunHamiltonian(await config(), words[0]);
  terminal.document(account);
  const head = ['step', 'groups', 'psi', '95 %', 'theta', '95 %', 'kappa', '95 %'];
  terminal.print(renderTable(head, account.steps.map(rowOf)));
  terminal.print('');
  for (const line of findingsOf(account.conservation)) terminal.print(line);
}

function rowOf({ step, groups, psi, theta, kappa, ci95 }: HamiltonianStep): string[] {
  return [
    String(step),
    String(groups),
    psi.toFixed(3),
    span(ci95.psi),
    theta.toFixed(3),
    span(ci95.theta),
    kappa.toFixed(3),
    span(ci95.kappa),
  ];
}

function findingsOf({ n, leftOut, dispersion, null: shuffled, findings, verdict }: ConservationResult): string[] {
  const tested = `The claim that psi x theta = kappa is constant, on ${n} groups`;
  const without = leftOut === 0 ? '' : ` (${leftOut} without an experience or without uncertainty left out)`;
  return [
    `${tested}${without}: ${verdict}.`,
    ...findings.map((finding) => `  ${finding}`),
    ...(n < 2
      ? []
      : [
          `  Spread of kappa over its mean: ${dispersion.toFixed(3)}; of unrelated products: ${shuffled.dispersion.toFixed(3)}.`,
        ]),
  ];
}

function span(interval: Interval | null): string {
  return interval === null ? '-' : `${interval[0].toFixed(3)} to ${interval[1].toFixed(3)}`;
}
