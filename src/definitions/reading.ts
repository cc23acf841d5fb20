/** What one reader of Markdown made of its blocks. */
export interface Reading<T> {
  readonly found: readonly T[];
  readonly unread: readonly { readonly line: number; readonly code: string; readonly message: string }[];
}
