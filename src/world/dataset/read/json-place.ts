import { findNodeAtLocation, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';

/** Offset and kind of the first thing that is wrong with a JSON text, or undefined when nothing is. */
export function findJsonFault(text: string): { readonly offset: number; readonly message: string } | undefined {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  const [first] = errors;
  if (first === undefined) return undefined;
  return { offset: Math.min(first.offset, text.length), message: wordsOf(printParseErrorCode(first.error)) };
}

/** The node at a path of a JSON text, or undefined. */
export function findJsonNode(text: string, path: readonly (string | number)[]): Node | undefined {
  const root = parseTree(text);
  return root && findNodeAtLocation(root, [...path]);
}

/** "CommaExpected" reads "comma expected". */
function wordsOf(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
