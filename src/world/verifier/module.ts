import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ZooError, messageOf } from '../../core/error.ts';
import type { Problem } from '../../core/learning/problem.ts';
import { readVerdict } from './read-verdict.ts';
import type { Verifier } from './verifier.ts';

/** What the module's `verify`, or its default export, is: it gets the problem and the response, and answers a verdict. */
type VerifyFunction = (problem: Problem, response: string, signal?: AbortSignal) => unknown;

/**
 * Grades with a JavaScript module of the user's. It runs inside this process, with all its rights: it is the user's own
 * code. A relative path is relative to `folder`.
 *
 * @throws ZooError `verifier-module` when it cannot be loaded or exports no function
 */
export async function moduleVerifier(path: string, folder: string = process.cwd()): Promise<Verifier> {
  const file = isAbsolute(path) ? path : resolve(folder, path);
  const verify = await load(file);
  const name = `module:${path}`;
  return {
    name,
    verify: async (problem, response, signal) => {
      let value: unknown;
      try {
        value = await verify(problem, response, signal);
      } catch (cause) {
        signal?.throwIfAborted();
        throw new ZooError('verifier-failed', `the verifier "${name}" threw: ${messageOf(cause)}`, { cause });
      }
      return readVerdict(value, name);
    },
  };
}

async function load(file: string): Promise<VerifyFunction> {
  let module: { readonly verify?: unknown; readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (cause) {
    throw new ZooError('verifier-module', `the verifier ${file} cannot be loaded: ${messageOf(cause)}`, {
      hint: 'name a JavaScript module (.js, .mjs) that exports a function "verify"',
      cause,
    });
  }
  const verify = module.verify ?? module.default;
  if (typeof verify === 'function') return verify as VerifyFunction;
  throw new ZooError('verifier-module', `${file} exports no function "verify" and none as its default`, {
    hint: 'export function verify(problem, response) { return { correct: true } }',
  });
}
