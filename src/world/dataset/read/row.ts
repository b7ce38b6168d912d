/** One record of a source file, before its fields are mapped. */
export interface Row {
  readonly value: Readonly<Record<string, unknown>>;
  /**
   * Where a field of the record stands in the file, for messages: "line 3, column 15". Computed only when asked, since
   * it is asked once a file at most.
   */
  place(field?: string): string;
  /** A number of the record as the file spells it, where the reader knows; floats would bend 12345678901234567890. */
  spelling?(field: string): string | undefined;
}
