import { parseHTML } from 'linkedom';

/** What the tests ask of a page; the DOM's own types are not among those of Node. */
interface PageElement {
  readonly textContent: string;
  readonly id: string;
  readonly innerHTML: string;
  readonly outerHTML: string;
  getAttribute(name: string): string | null;
  hasAttribute(name: string): boolean;
  getElementById(id: string): PageElement | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): ArrayLike<PageElement> & Iterable<PageElement>;
}

export function parsePage(html: string): { readonly document: PageElement } {
  return parseHTML(html) as unknown as { readonly document: PageElement };
}
